//! The `acr` values (OpenID Connect Core §2) and what each of them demands.

use super::attainable::Attainable;
use super::level::{AccountLevel, AuthenticationLevel};
use super::proof::Proofs;
use super::requirement::Requirement;

/// Every value that this server knows, in the order of the settings: of those that hold, the last answers where none was
/// asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcrTable(Vec<(String, Requirement)>);

impl AcrTable {
    /// `None` where a value stands twice, or where nothing answers the weakest sign-in there is: an `acr` is never empty.
    pub fn new(values: Vec<(String, Requirement)>) -> Option<Self> {
        let twice = |at: usize| values[at + 1..].iter().any(|(value, _)| *value == values[at].0);
        let answers = values.iter().any(|(_, requirement)| *requirement == Requirement::NONE);
        (answers && !(0..values.len()).any(twice)).then_some(Self(values))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, Requirement)> {
        self.0.iter().map(|(value, requirement)| (value.as_str(), *requirement))
    }

    /// What `value` demands. One that nobody defines here is never met.
    pub fn find(&self, value: &str) -> Option<Requirement> {
        self.iter().find(|(known, _)| *known == value).map(|(_, requirement)| requirement)
    }

    /// Whether someone of `account_level` who proved `proofs` has what `value` stands for.
    pub fn satisfied(&self, value: &str, account_level: AccountLevel, proofs: &Proofs) -> bool {
        self.find(value).is_some_and(|requirement| requirement.met_by(account_level, proofs))
    }

    /// The value that answers where none was asked for.
    pub fn strongest(&self, account_level: AccountLevel, proofs: &Proofs) -> &str {
        let holding = self.iter().filter(|(_, requirement)| requirement.met_by(account_level, proofs));
        holding.last().map_or(AuthenticationLevel::OneFactor.acr(), |(value, _)| value)
    }

    /// The values that what is offered here can reach (OpenID Connect Discovery §3, `acr_values_supported`).
    pub fn attainable(&self, here: &Attainable) -> impl Iterator<Item = &str> {
        self.iter().filter(|(_, requirement)| here.reaches(*requirement)).map(|(value, _)| value)
    }
}

impl Default for AcrTable {
    /// The eIDAS levels of assurance, the two of OpenID Connect Extended Authentication Profile 1.0, and SenID's own, which
    /// answer where none was asked for.
    fn default() -> Self {
        let (none, two) = (Requirement::NONE, Requirement::level(AuthenticationLevel::TwoFactors));
        let low = Requirement { account_level: AccountLevel::Registered, ..none };
        let substantial = Requirement { account_level: AccountLevel::Proven, ..two };
        let phr = Requirement { phishing_resistant: true, ..none };
        let phrh = Requirement { hardware_bound: true, ..phr };
        let high = Requirement { phishing_resistant: true, hardware_bound: true, ..substantial };
        let named = [
            ("http://eidas.europa.eu/LoA/low", low),
            ("http://eidas.europa.eu/LoA/substantial", substantial),
            ("http://eidas.europa.eu/LoA/high", high),
            ("phr", phr),
            ("phrh", phrh),
        ];
        let own = AuthenticationLevel::ALL.map(|level| (level.acr(), Requirement::level(level)));
        Self(named.into_iter().chain(own).map(|(value, requirement)| (value.to_owned(), requirement)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::attainable::tests::everything;
    use super::super::proof::Proof;
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_value_that_nobody_defines_is_never_met() {
        let proofs = Proofs::new(vec![Proof::password(Timestamp::from_seconds(1))]);
        let table = AcrTable::default();
        assert!(table.satisfied("urn:senid:aal:1", AccountLevel::SelfAsserted, &proofs));
        assert!(!table.satisfied("urn:senid:aal:2", AccountLevel::Proven, &proofs));
        assert!(!table.satisfied("urn:example:gold", AccountLevel::Proven, &proofs));
        assert!(!table.satisfied("", AccountLevel::Proven, &proofs));
        assert!(table.satisfied("http://eidas.europa.eu/LoA/low", AccountLevel::Registered, &proofs));
        assert!(!table.satisfied("http://eidas.europa.eu/LoA/low", AccountLevel::SelfAsserted, &proofs));
        assert_eq!(table.strongest(AccountLevel::Proven, &proofs), "urn:senid:aal:1");
    }

    #[test]
    fn what_nothing_that_is_offered_proves_is_not_announced() {
        let table = AcrTable::default();
        let announced: Vec<_> = table.attainable(&everything()).collect();
        assert!(announced.contains(&"urn:senid:aal:2") && announced.contains(&"phrh"));
        assert!(!announced.contains(&"urn:senid:aal:3") && !announced.contains(&"urn:senid:aal:4"));
        let alone = Attainable::by([Proof::password(Timestamp::EPOCH)]);
        assert_eq!(table.attainable(&alone).collect::<Vec<_>>(), ["http://eidas.europa.eu/LoA/low", "urn:senid:aal:1"]);
    }

    #[test]
    fn a_table_answers_every_sign_in_and_names_nothing_twice() {
        let two = Requirement::level(AuthenticationLevel::TwoFactors);
        let value = |name: &str, requirement| (name.to_owned(), requirement);
        assert!(AcrTable::new(vec![value("gold", two)]).is_none());
        assert!(AcrTable::new(vec![value("any", Requirement::NONE), value("any", two)]).is_none());
        assert!(AcrTable::new(vec![value("any", Requirement::NONE), value("gold", two)]).is_some());
    }
}
