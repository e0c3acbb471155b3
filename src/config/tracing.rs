//! `[tracing]`: where traces of requests are sent, and of how many requests (docs/tracing.md).

use toml::Value;
use url::Url;

use super::reader::Reader;
use super::value::Setting;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracing {
    /// Where spans are posted as OTLP over HTTP in JSON; without it nothing is traced.
    pub otlp: Option<Url>,
    /// Of requests that no trusted proxy has decided about.
    pub ratio: Ratio,
}

/// A share from 0 to 1, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(u32);

impl Ratio {
    const WHOLE: f64 = 1_000_000.0;

    pub const fn millionths(self) -> u32 {
        self.0
    }

    fn of(share: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to a million")]
        (0.0..=1.0).contains(&share).then(|| Self((share * Self::WHOLE).round() as u32))
    }
}

impl Setting for Ratio {
    const EXPECTED: &'static str = "a share from 0 to 1, such as 0.01";

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Float(share) => Self::of(*share),
            Value::Integer(0) => Some(Self(0)),
            Value::Integer(1) => Self::of(1.0),
            Value::String(text) => Self::of(text.trim().parse().ok()?),
            _ => None,
        }
    }

    fn show(&self) -> Value {
        Value::Float(f64::from(self.0) / Self::WHOLE)
    }
}

impl Default for Tracing {
    fn default() -> Self {
        Self { otlp: None, ratio: Ratio(10_000) }
    }
}

impl Tracing {
    pub(super) fn read(from: &mut Reader) -> Self {
        let otlp = from.optional_if("tracing.otlp", |url: &Url| {
            // What a query holds is somebody's key as a rule, and settings are shown.
            let is_plain = url.query().is_none() && url.fragment().is_none();
            is_plain.then_some(()).ok_or_else(|| "an address without a query and a fragment".to_owned())
        });
        Self { otlp, ratio: from.value("tracing.ratio", Self::default().ratio) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_a_share() {
        for (value, millionths) in [
            (Value::Float(0.01), Some(10_000)),
            (Value::Float(1.0), Some(1_000_000)),
            (Value::Integer(0), Some(0)),
            (Value::Integer(1), Some(1_000_000)),
            (Value::String("0.5".to_owned()), Some(500_000)),
            (Value::Float(1.1), None),
            (Value::Float(-0.1), None),
            (Value::Float(f64::NAN), None),
            (Value::Integer(2), None),
            (Value::String("half".to_owned()), None),
        ] {
            assert_eq!(Ratio::read(&value).map(Ratio::millionths), millionths, "{value}");
        }
    }
}
