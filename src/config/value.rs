//! How each type of value is written in the settings.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use toml::Value;
use unic_langid::LanguageIdentifier;
use url::Url;

/// A value that was refused, with what was expected instead.
#[derive(Debug)]
pub(super) struct Rejected(pub String);

/// A type that a setting may have.
pub(super) trait Setting: Sized {
    /// What is expected, with an example: the end of "expected …".
    const EXPECTED: &'static str;

    /// Reads the value. From the environment it is always a text.
    fn read(value: &Value) -> Option<Self>;

    /// As the file would say it.
    fn show(&self) -> Value;

    fn parse(value: &Value) -> Result<Self, Rejected> {
        Self::read(value).ok_or_else(|| Rejected(Self::EXPECTED.to_owned()))
    }
}

/// A setting that has few values, each a word.
macro_rules! words {
    ($type:ident, $expected:literal, $($variant:ident = $word:literal),+) => {
        impl $type {
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl $crate::config::value::Setting for $type {
            const EXPECTED: &'static str = $expected;
            fn read(value: &toml::Value) -> Option<Self> {
                match value.as_str()? { $($word => Some(Self::$variant),)+ _ => None }
            }
            fn show(&self) -> toml::Value {
                toml::Value::String(self.as_str().to_owned())
            }
        }
    };
}
pub(super) use words;

impl Setting for String {
    const EXPECTED: &'static str = "a text of at most 200 characters, on one line";
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?.trim();
        let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        fits.then(|| text.to_owned())
    }
    fn show(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Boolean(value) => Some(*value),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
    fn show(&self) -> Value {
        Value::Boolean(*self)
    }
}

impl Setting for u32 {
    const EXPECTED: &'static str = "a whole number";
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Self::try_from(*number).ok(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
    fn show(&self) -> Value {
        Value::Integer(i64::from(*self))
    }
}

impl Setting for SocketAddr {
    const EXPECTED: &'static str = "an address and port, such as \"127.0.0.1:8080\" or \"[::]:8080\"";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.trim().parse().ok()
    }
    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for IpNet {
    const EXPECTED: &'static str = "an address range, such as \"10.0.0.0/8\", or one address";
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?.trim();
        text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| Self::from(address)))
    }
    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for PathBuf {
    const EXPECTED: &'static str = "a path";
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        (!text.is_empty() && !text.contains('\0')).then(|| Self::from(text))
    }
    fn show(&self) -> Value {
        Value::String(self.display().to_string())
    }
}

impl Setting for Url {
    const EXPECTED: &'static str = "an address of a page that begins with https:// or http://";
    fn read(value: &Value) -> Option<Self> {
        let url = Self::parse(value.as_str()?.trim()).ok()?;
        (matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none())
            .then_some(url)
    }
    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for LanguageIdentifier {
    const EXPECTED: &'static str = "a language tag, such as \"vi\"";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.trim().parse().ok().filter(|tag: &Self| !tag.language.is_empty())
    }
    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for TimeZone {
    const EXPECTED: &'static str = "a time zone's IANA name, such as \"Asia/Ho_Chi_Minh\"";
    fn read(value: &Value) -> Option<Self> {
        Self::get(value.as_str()?.trim()).ok()
    }
    fn show(&self) -> Value {
        Value::String(self.iana_name().unwrap_or("UTC").to_owned())
    }
}

/// A duration as the settings write it, for whoever types one elsewhere.
///
/// # Errors
/// What is expected.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    Duration::parse(&Value::String(text.to_owned())).map_err(|Rejected(expected)| format!("expected {expected}"))
}

/// Units of a duration, the longest first.
const SPANS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Setting for Duration {
    const EXPECTED: &'static str = "a duration, such as \"30s\", \"15m\", \"8h\" or \"30d\"";
    fn read(value: &Value) -> Option<Self> {
        number_with_unit(value.as_str()?, &SPANS).map(Self::from_millis)
    }
    fn show(&self) -> Value {
        show_with_unit(u64::try_from(self.as_millis()).unwrap_or(u64::MAX), &SPANS, "ms")
    }
}

/// An amount of memory or text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    pub const fn kib(kib: u64) -> Self {
        Self(kib * 1024)
    }

    pub const fn mib(mib: u64) -> Self {
        Self(mib * 1024 * 1024)
    }

    pub const fn as_bytes(self) -> u64 {
        self.0
    }

    /// Whole kibibytes: Argon2's unit of memory.
    pub const fn as_kib(self) -> u64 {
        self.0 / 1024
    }
}

const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Setting for Size {
    const EXPECTED: &'static str = "a size, such as \"64KiB\" or \"19MiB\"";
    fn read(value: &Value) -> Option<Self> {
        number_with_unit(value.as_str()?, &SIZES).map(Self)
    }
    fn show(&self) -> Value {
        show_with_unit(self.0, &SIZES, "B")
    }
}

fn number_with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, worth) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*worth)
}

fn show_with_unit(amount: u64, units: &[(&str, u64)], smallest: &str) -> Value {
    let whole = units.iter().find(|(_, worth)| amount != 0 && amount.is_multiple_of(*worth));
    Value::String(
        whole.map_or_else(|| format!("{amount}{smallest}"), |(unit, worth)| format!("{}{unit}", amount / worth)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_duration_reads_as_it_was_shown(millis in 0_u64..10_000_000_000) {
            let span = Duration::from_millis(millis);
            prop_assert_eq!(Duration::read(&span.show()), Some(span));
        }

        #[test]
        fn a_size_reads_as_it_was_shown(bytes in any::<u64>()) {
            prop_assert_eq!(Size::read(&Size(bytes).show()), Some(Size(bytes)));
        }

        #[test]
        fn no_text_breaks_the_units(text in ".*") {
            let _ = number_with_unit(&text, &SPANS);
        }
    }

    #[test]
    fn the_longest_unit_that_divides_is_shown() {
        for (seconds, expected) in [(0, "0ms"), (1, "1s"), (60, "1m"), (90, "90s"), (3600, "1h"), (86_400 * 30, "30d")]
        {
            assert_eq!(Duration::from_secs(seconds).show(), Value::String(expected.to_owned()));
        }
    }

    #[test]
    fn a_number_without_its_unit_is_refused() {
        for text in ["10", "", "m", "-5m", "5 minutes", "1.5h", "99999999999999999999d", "213503982334602d"] {
            assert!(Duration::read(&Value::String(text.to_owned())).is_none(), "{text}");
        }
        assert!(Duration::read(&Value::Integer(10)).is_none());
    }

    #[test]
    fn one_address_is_a_range_of_one() {
        let read = IpNet::read(&Value::String("2001:db8::1".to_owned()));
        assert_eq!(read.map(|net| net.to_string()), Some("2001:db8::1/128".to_owned()));
    }
}
