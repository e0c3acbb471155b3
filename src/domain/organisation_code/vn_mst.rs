//! Viet Nam's tax code (mã số thuế) of an enterprise: 10 digits, and 3 more for a branch; Circular 105/2020/TT-BTC Art. 5.
//!
//! Two digits for the province, seven to tell the enterprises of it apart, a check digit. A branch has the code of its enterprise
//! and a number of its own. Since 2025 a citizen's personal identification number is their tax code too: 12 digits are a person.

use super::{Holder, OrganisationCodeScheme, Rejection, digit, digits, weighted};

const LENGTH: usize = 10;
const WITH_BRANCH: usize = 13;
const OF_A_PERSON: usize = 12;
const WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];

pub(super) struct TaxCode;

impl OrganisationCodeScheme for TaxCode {
    fn parse(&self, text: &str) -> Result<String, Rejection> {
        let value = digits(text, &[LENGTH, OF_A_PERSON, WITH_BRANCH], "10 digits, or 13 for a branch")?;
        if value.len() == OF_A_PERSON {
            return Err(Rejection::Person);
        }
        let zeros =
            |from: usize, to: usize| value.get(from..to).is_some_and(|part| part.bytes().all(|byte| byte == b'0'));
        if zeros(2, 9) {
            return Err(Rejection::Shape("no enterprise has zeros alone for its third to ninth digit"));
        }
        if value.len() == WITH_BRANCH && zeros(LENGTH, WITH_BRANCH) {
            return Err(Rejection::Shape("branches are numbered from 001"));
        }
        // A result of 10 is no digit: such a number is never given out.
        let check = 10 - weighted(&value, &WEIGHTS) % 11;
        if digit(&value, LENGTH - 1) == Some(check) { Ok(value) } else { Err(Rejection::Checksum) }
    }

    fn holder(&self, value: &str) -> Holder {
        if value.len() == WITH_BRANCH { Holder::Branch } else { Holder::Enterprise }
    }

    fn parent(&self, value: &str) -> Option<String> {
        if value.len() == WITH_BRANCH { value.get(..LENGTH).map(str::to_owned) } else { None }
    }

    fn written(&self, value: &str) -> String {
        match value.split_at_checked(LENGTH) {
            Some((enterprise, branch)) if !branch.is_empty() => format!("{enterprise}-{branch}"),
            _ => value.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OrganisationCode, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<OrganisationCode, Rejection> {
        OrganisationCode::parse(Scheme::VnMst, text)
    }

    #[test]
    fn a_tax_code_ends_in_its_check_digit() {
        assert_eq!(parse("0100109106").unwrap().holder(), Holder::Enterprise);
        assert_eq!(parse("01 0010 9106").unwrap().value(), "0100109106");
        for last in (0..10).filter(|last| *last != 6) {
            assert_eq!(parse(&format!("010010910{last}")), Err(Rejection::Checksum), "{last}");
        }
        assert_eq!(parse("010010910O"), Err(Rejection::Characters));
        assert!(matches!(parse("01001091"), Err(Rejection::Length { found: 8, .. })));
        assert!(matches!(parse(&" ".repeat(100)), Err(Rejection::Length { found: 100, .. })));
    }

    #[test]
    fn a_check_of_ten_is_no_code_at_all() {
        // The sums that leave nothing would need the digit "10".
        let body = (0..)
            .map(|serial| format!("01{serial:07}"))
            .skip(1)
            .find(|body| weighted(body, &WEIGHTS).is_multiple_of(11));
        let body = body.unwrap();
        for last in 0..10 {
            assert_eq!(parse(&format!("{body}{last}")), Err(Rejection::Checksum));
        }
    }

    #[test]
    fn a_branch_belongs_to_its_enterprise() {
        let branch = parse("0100109106-001").unwrap();
        assert_eq!((branch.value(), branch.holder()), ("0100109106001", Holder::Branch));
        assert_eq!(branch.written(), "0100109106-001");
        assert_eq!(branch.parent(), Some(parse("0100109106").unwrap()));
        assert_eq!(branch.parent().and_then(|enterprise| enterprise.parent()), None);
        assert!(matches!(parse("0100109106-000"), Err(Rejection::Shape(_))));
        assert_eq!(parse("0100109107-001"), Err(Rejection::Checksum));
    }

    #[test]
    fn twelve_digits_are_a_person() {
        assert_eq!(parse("001090123456"), Err(Rejection::Person));
    }

    #[test]
    fn an_enterprise_has_a_number_within_its_province() {
        let check = 10 - weighted("010000000", &WEIGHTS) % 11;
        assert!(matches!(parse(&format!("010000000{check}")), Err(Rejection::Shape(_))));
    }
}
