//! Côte d'Ivoire's national identification number (NNI): 11 digits for life, Décret n° 2018-454. It says nothing of its holder, and
//! no check of it is published.

use zeroize::Zeroizing;

use super::{Implied, NationalIdScheme, Rejection, Telephone, Warning, digits};

const LENGTH: usize = 11;

pub(super) struct NationalIdentificationNumber;

impl NationalIdScheme for NationalIdentificationNumber {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        digits(text, LENGTH)
    }

    fn warnings(&self, _value: &str) -> Vec<Warning> {
        Vec::new()
    }

    fn implied(&self, _value: &str) -> Implied {
        Implied::default()
    }

    fn telephone(&self) -> Telephone {
        Telephone { calling_code: "225", trunk_prefix: "", digits: 10..=10 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NationalId, Scheme};
    use super::*;

    #[test]
    fn a_number_has_eleven_digits_and_says_no_more() {
        let parse = |text| NationalId::parse(Scheme::Ci, text);
        let id = parse("119 7400 5512").unwrap();
        assert_eq!((id.expose(), id.implied(), id.warnings()), ("11974005512", Implied::default(), Vec::new()));
        assert_eq!(parse("1197400551"), Err(Rejection::Length { expected: 11, found: 10 }));
        assert_eq!(parse("CI197400551"), Err(Rejection::Characters));
    }
}
