//! Viet Nam's electronic identification code of a state agency: Decision 20/2020/QĐ-TTg.
//!
//! Groups joined by dots, from the top of the tree down, at most 35 characters: a letter and two digits for the ministry (`G07`)
//! or the province (`H57`), digits for every level below it (`H57.12.03`). So the tree of agencies is read from the codes.

use super::{Holder, MOST_CHARACTERS, OrganisationCodeScheme, Rejection};

const MOST: usize = 35;

pub(super) struct AgencyCode;

impl OrganisationCodeScheme for AgencyCode {
    fn parse(&self, text: &str) -> Result<String, Rejection> {
        // Its dots mean something, so nothing within it is passed over.
        let value = text.trim();
        let found = value.chars().take(MOST_CHARACTERS).count();
        if !(1..=MOST).contains(&found) {
            return Err(Rejection::Length { expected: "at most 35 characters, such as H57.12.03", found });
        }
        let mut groups = value.split('.');
        let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
        let top = |group: &str| {
            let (letter, number) = group.split_at_checked(1)?;
            (letter.bytes().all(|byte| byte.is_ascii_alphabetic()) && number.len() == 2 && digits(number)).then_some(())
        };
        if groups.next().and_then(top).is_none() {
            return Err(Rejection::Shape("expected a letter and two digits before the first dot, such as H57"));
        }
        if !groups.all(digits) {
            return Err(Rejection::Shape("expected digits between the dots, such as H57.12.03"));
        }
        Ok(value.to_ascii_uppercase())
    }

    fn holder(&self, _value: &str) -> Holder {
        Holder::StateAgency
    }

    fn parent(&self, value: &str) -> Option<String> {
        value.rsplit_once('.').map(|(above, _)| above.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OrganisationCode, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<OrganisationCode, Rejection> {
        OrganisationCode::parse(Scheme::VnAgency, text)
    }

    #[test]
    fn the_tree_of_agencies_is_read_from_the_code() {
        let office = parse(" h57.12.03 ").unwrap();
        assert_eq!((office.value(), office.holder()), ("H57.12.03", Holder::StateAgency));
        let above: Vec<String> = office.ancestors().map(|agency| agency.value().to_owned()).collect();
        assert_eq!(above, ["H57.12", "H57"]);
        assert_eq!(parse("G07").unwrap().parent(), None);
    }

    #[test]
    fn what_is_built_otherwise_is_refused() {
        for text in [
            "57.12",
            "H5",
            "H577",
            "HH7",
            "H57.",
            ".H57",
            "H57..12",
            "H57.A1",
            "H57.12.0x",
            "H57. 12",
            "H５７",
            "Ｈ57",
            "Đ57",
        ] {
            assert!(matches!(parse(text), Err(Rejection::Shape(_))), "{text}");
        }
        assert!(matches!(parse("  "), Err(Rejection::Length { found: 0, .. })));
    }

    #[test]
    fn a_code_has_at_most_35_characters() {
        let longest = format!("H57{}", ".001".repeat(8));
        assert_eq!(longest.len(), 35);
        assert!(parse(&longest).is_ok());
        assert!(matches!(parse(&format!("{longest}1")), Err(Rejection::Length { found: 36, .. })));
    }
}
