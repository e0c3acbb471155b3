//! Viet Nam: the personal identification number of 12 digits (Decree 137/2015 Art. 13, Circular 07/2016).

use super::Rejection;

pub(super) fn parse(text: &str) -> Result<String, Rejection> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Rejection::Characters);
    }
    match digits.len() {
        12 => Ok(digits),
        found => Err(Rejection::Length { expected: 12, found }),
    }
}
