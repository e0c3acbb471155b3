//! Instants as commands print them: RFC 3339 in UTC, to the second.

use crate::domain::time::Timestamp;

pub fn show(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds()).map_or_else(|_| at.micros().to_string(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_utc() {
        assert_eq!(show(Timestamp::from_micros(1_700_000_000_123_456)), "2023-11-14T22:13:20Z");
    }
}
