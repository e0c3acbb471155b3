//! Request parameters as OAuth reads them: each at most once, an empty one as if absent (RFC 6749 §3.1, §3.2).

use crate::protocol::OAuthError;

/// The decoded parameters of a query or a form, in order.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

/// More pairs than any request of ours has.
const MOST_PAIRS: usize = 64;

impl Parameters {
    /// Decodes `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// `invalid_request` for bytes that are no UTF-8 once decoded, for NUL, and for more than 64 pairs.
    pub fn decode(encoded: &[u8]) -> Result<Self, OAuthError> {
        let mut pairs = Vec::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MOST_PAIRS {
                return Err(OAuthError::invalid_request("more than 64 parameters"));
            }
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(equals) => (&pair[..equals], &pair[equals + 1..]),
                None => (pair, &[][..]),
            };
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Self(pairs))
    }

    /// The parameter `name`; `None` where it is absent or empty.
    ///
    /// # Errors
    /// `invalid_request` where it is there more than once.
    pub fn single(&self, name: &'static str) -> Result<Option<&str>, OAuthError> {
        let mut values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let first = values.next();
        match values.next() {
            Some(_) => Err(OAuthError::invalid_request(format!("{name} is given more than once"))),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// The parameter `name`, which must be there.
    ///
    /// # Errors
    /// `invalid_request` where it is absent, empty or there more than once.
    pub fn required(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.single(name)?.ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")))
    }

    pub fn is_present(&self, name: &str) -> bool {
        self.0.iter().any(|(own, value)| own == name && !value.is_empty())
    }

    /// Every `name` there is that is not empty, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(own, value)| own == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// How often `name` is there, empty or not.
    pub fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(own, _)| own == name).count()
    }

    /// The first `name` there is, if it is not empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(own, _)| own == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// These parameters with those of `inner` in place of the ones of the same names, and without those named in `dropped`.
    pub fn overlaid(&self, inner: Vec<(String, String)>, dropped: &[&str]) -> Self {
        let replaced = |name: &str| inner.iter().any(|(own, _)| own == name) || dropped.contains(&name);
        let mut pairs: Vec<_> = self.0.iter().filter(|(name, _)| !replaced(name)).cloned().collect();
        pairs.extend(inner);
        Self(pairs)
    }

    /// Those of these names alone.
    #[must_use]
    pub fn only(mut self, named: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|(name, _)| named(name));
        self
    }

    /// The first name that is there and is none of these.
    pub fn other_than(&self, expected: &[&str]) -> Option<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| !expected.contains(name))
    }

    /// The first name that is there more than once, if any is. `resource` alone may be (RFC 8707 §2).
    pub fn repeated(&self) -> Option<&str> {
        let mut names: Vec<&str> =
            self.0.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "resource").collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }

    /// All of them, encoded again.
    pub fn encode(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// Percent-decoding that refuses what it cannot read, where `form_urlencoded` would replace it.
fn decode(encoded: &[u8]) -> Result<String, OAuthError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(*digit).to_digit(16));
                match (digit(), digit()) {
                    // Two hexadecimal digits are at most 255.
                    (Some(high), Some(low)) => (high * 16 + low) as u8,
                    _ => return Err(OAuthError::invalid_request("a percent sign without two hexadecimal digits")),
                }
            }
            other => *other,
        });
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => Err(OAuthError::invalid_request("a parameter holds a NUL character")),
        Ok(text) => Ok(text),
        Err(_) => Err(OAuthError::invalid_request("a parameter is not UTF-8")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_repeated_parameter_is_refused_by_its_name() {
        let parameters = Parameters::decode(b"scope=a&scope=b").unwrap();
        assert_eq!(parameters.single("scope").unwrap_err().description, "scope is given more than once");
        assert_eq!(parameters.repeated(), Some("scope"));
    }

    #[test]
    fn a_resource_alone_may_be_repeated() {
        let parameters = Parameters::decode(b"resource=a&resource=&resource=b").unwrap();
        assert_eq!(parameters.repeated(), None);
        assert_eq!(parameters.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn an_empty_parameter_counts_as_absent() {
        assert_eq!(Parameters::decode(b"state=&x").unwrap().single("state").unwrap(), None);
    }

    #[test]
    fn what_cannot_be_decoded_is_refused() {
        for broken in [&b"a=%ff"[..], b"a=%4", b"a=%zz", b"a=%00"] {
            assert!(Parameters::decode(broken).is_err(), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_to_the_same(pairs in proptest::collection::vec((".{1,8}", ".{0,16}"), 0..8)) {
            prop_assume!(pairs.iter().all(|(n, v)| !n.contains('\0') && !v.contains('\0')));
            let parameters = Parameters(pairs.clone());
            prop_assert_eq!(Parameters::decode(parameters.encode().as_bytes()).unwrap().0, pairs);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Parameters::decode(&bytes);
        }
    }
}
