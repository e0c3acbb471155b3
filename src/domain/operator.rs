//! Whether two operators could be one person: what two of them have to do is done by two people, not by two accounts.

/// Whether `one` and `other`, each as the audit log names them, could be the same person: whoever acts as root for themselves, whose
/// name is spelt otherwise, or who is named with the directory that knows them. Where it cannot be told, they are.
pub fn could_be_one_person(one: &str, other: &str) -> bool {
    match (is_staff(one), is_staff(other)) {
        // Whoever has a shell may hold a role with an account of their own, too: nothing here says whose it is.
        (true, false) | (false, true) => true,
        (true, true) | (false, false) => person(one) == person(other),
    }
}

/// A citizen who administers by a role, by the id of their account.
fn is_staff(actor: &str) -> bool {
    actor.starts_with("staff:")
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
            assert!(could_be_one_person("operator:lan", other), "{other}");
            assert!(could_be_one_person(other, "operator:root (sudo: lan)"), "{other}");
        }
    }

    #[test]
    fn whoever_has_a_shell_may_hold_a_role_too() {
        let (an, binh) = ("staff:0198a3f2-0000-7000-8000-000000000001", "staff:0198a3f2-0000-7000-8000-000000000002");
        assert!(could_be_one_person(an, "operator:lan") && could_be_one_person("lan", an));
        assert!(could_be_one_person(an, an) && !could_be_one_person(an, binh));
    }

    #[test]
    fn two_people_are_two() {
        let all =
            ["operator:lan", "operator:root (sudo: minh)", "operator:root", "operator:uid 1000", "operator:uid 1001"];
        for (place, one) in all.iter().enumerate() {
            for other in &all[place + 1..] {
                assert!(!could_be_one_person(one, other), "{one}, {other}");
            }
        }
    }
}
