//! Whether two operators could be one person: what two of them have to do is done by two people, not by two accounts.

use std::collections::BTreeMap;
use std::fmt;

use super::ids::CitizenId;

/// Whose shell account is whose, as the settings say (`administration.shell_accounts`): the same person acts at the shell by the one and
/// on pages by the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellAccounts(BTreeMap<String, CitizenId>);

/// One who acts at the shell and holds an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellAccount {
    login: String,
    citizen: CitizenId,
}

/// Somebody who acts, as far as it is known who that is.
#[derive(PartialEq, Eq)]
enum Person {
    Citizen(CitizenId),
    /// By a login name that nothing says whose it is.
    Login(String),
}

impl ShellAccount {
    /// As the settings write it: `lan: 0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6d`. `None` for anything else, and for root: whoever has nothing
    /// but that account shares it with everybody who has it.
    pub fn parse(text: &str) -> Option<Self> {
        let (login, citizen) = text.split_once(':')?;
        let login = person(login);
        let is_somebody = !login.is_empty() && !["root", "uid 0"].contains(&login.as_str());
        is_somebody.then_some(())?;
        Some(Self { login, citizen: citizen.trim().parse().ok()? })
    }

    pub fn login(&self) -> &str {
        &self.login
    }
}

impl fmt::Display for ShellAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.login, self.citizen)
    }
}

impl FromIterator<ShellAccount> for ShellAccounts {
    fn from_iter<I: IntoIterator<Item = ShellAccount>>(accounts: I) -> Self {
        Self(accounts.into_iter().map(|account| (account.login, account.citizen)).collect())
    }
}

impl ShellAccounts {
    /// Whether `one` and `other`, each as the audit log names them, could be the same person: whoever acts as root for themselves, whose
    /// name is spelt otherwise, or who is named with the directory that knows them. Where it cannot be told, they are.
    pub fn could_be_one_person(&self, one: &str, other: &str) -> bool {
        match (self.who(one), self.who(other)) {
            (Person::Citizen(one), Person::Citizen(other)) => one == other,
            // Two at the shell are told apart by their names, whether or not one of them is known to hold an account.
            _ if !is_staff(one) && !is_staff(other) => person(one) == person(other),
            // Whoever has a shell may hold a role with an account of their own, too: nothing here says whose it is.
            _ => true,
        }
    }

    /// Whether they are known to be the same person: what is not known is not held against anybody.
    pub fn are_one_person(&self, one: &str, other: &str) -> bool {
        self.who(one) == self.who(other)
    }

    /// Whose account it is that `actor`, as the audit log names them, holds, where that is known.
    pub fn citizen(&self, actor: &str) -> Option<CitizenId> {
        match self.who(actor) {
            Person::Citizen(citizen) => Some(citizen),
            Person::Login(_) => None,
        }
    }

    fn who(&self, actor: &str) -> Person {
        let named = match actor.strip_prefix(STAFF) {
            Some(citizen) => citizen.parse().ok(),
            None => self.0.get(&person(actor)).copied(),
        };
        named.map_or_else(|| Person::Login(person(actor)), Person::Citizen)
    }
}

const STAFF: &str = "staff:";

/// A citizen who administers by a role, by the id of their account.
fn is_staff(actor: &str) -> bool {
    actor.starts_with(STAFF)
}

/// `root (sudo: lan)` and `operator:CORP\Lan` are Lan. Bare `root` is a name of its own: whoever has nothing but that account shares it
/// with everybody who has it.
fn person(operator: &str) -> String {
    let name = operator.strip_prefix("operator:").unwrap_or(operator);
    let name = match name.strip_suffix(')').and_then(|name| name.rsplit_once(": ")) {
        Some((_, behind)) => behind,
        None => name,
    };
    let name = name.rsplit_once('\\').map_or(name, |(_, name)| name);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AN: &str = "0198a3f2-0000-7000-8000-000000000001";
    const BINH: &str = "0198a3f2-0000-7000-8000-000000000002";

    fn nobody_linked() -> ShellAccounts {
        ShellAccounts::default()
    }

    #[test]
    fn whose_shell_account_is_whose_tells_two_people_apart() {
        let links = [format!("lan: {AN}"), format!("CORP\\Minh@corp.example:{BINH}")];
        let links: ShellAccounts = links.iter().map(|link| ShellAccount::parse(link).unwrap()).collect();
        let (an, binh) = (format!("staff:{AN}"), format!("staff:{BINH}"));
        for lan in ["operator:lan", "operator:root (sudo: lan)", "operator:CORP\\Lan"] {
            assert!(links.could_be_one_person(lan, &an) && links.are_one_person(&an, lan), "{lan}");
            assert!(!links.could_be_one_person(lan, &binh) && !links.are_one_person(lan, &binh), "{lan}");
            assert!(!links.could_be_one_person(lan, "operator:minh"), "{lan}");
            assert_eq!(links.citizen(lan), Some(AN.parse().unwrap()));
        }
        // Whose account nothing says may be anybody's who holds a role, and is nobody's who is named otherwise at the shell.
        for unknown in ["operator:hoa", "operator:root"] {
            assert!(links.could_be_one_person(unknown, &an) && !links.are_one_person(unknown, &an), "{unknown}");
            assert!(!links.could_be_one_person(unknown, "operator:lan"), "{unknown}");
            assert_eq!(links.citizen(unknown), None);
        }
        // Two logins of one person are one person.
        let twice = [format!("lan: {AN}"), format!("lan-admin: {AN}")];
        let twice: ShellAccounts = twice.iter().map(|link| ShellAccount::parse(link).unwrap()).collect();
        assert!(twice.could_be_one_person("operator:lan", "operator:lan-admin"));
    }

    #[test]
    fn root_is_nobody_in_particular() {
        for nobody in ["root", "operator:root", "Root@host", "uid 0", "", " "] {
            assert_eq!(ShellAccount::parse(&format!("{nobody}: {AN}")), None, "{nobody}");
        }
        for malformed in ["lan", "lan: ", "lan: an", AN] {
            assert_eq!(ShellAccount::parse(malformed), None, "{malformed}");
        }
        assert_eq!(ShellAccount::parse(&format!("Lan:{AN}")).unwrap().to_string(), format!("lan: {AN}"));
    }

    #[test]
    fn whoever_acts_through_another_account_is_the_same_person() {
        for other in [
            "operator:lan",
            "lan",
            "operator:root (sudo: lan)",
            "operator:root (login: lan)",
            "operator:LAN",
            "operator:CORP\\lan",
            "operator:root (sudo: CORP\\Lan)",
            "operator:lan@corp.example",
        ] {
            assert!(nobody_linked().could_be_one_person("operator:lan", other), "{other}");
            assert!(nobody_linked().could_be_one_person(other, "operator:root (sudo: lan)"), "{other}");
        }
    }

    #[test]
    fn whoever_has_a_shell_may_hold_a_role_too() {
        let (an, binh) = ("staff:0198a3f2-0000-7000-8000-000000000001", "staff:0198a3f2-0000-7000-8000-000000000002");
        assert!(
            nobody_linked().could_be_one_person(an, "operator:lan") && nobody_linked().could_be_one_person("lan", an)
        );
        assert!(nobody_linked().could_be_one_person(an, an) && !nobody_linked().could_be_one_person(an, binh));
    }

    #[test]
    fn two_people_are_two() {
        let all =
            ["operator:lan", "operator:root (sudo: minh)", "operator:root", "operator:uid 1000", "operator:uid 1001"];
        for (place, one) in all.iter().enumerate() {
            for other in &all[place + 1..] {
                assert!(!nobody_linked().could_be_one_person(one, other), "{one}, {other}");
            }
        }
    }
}
