//! A key set that someone else published: RFC 7517 §5.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::crypto::json;
use crate::crypto::jwk::{Jwk, JwkError, VerifyingKey};
use crate::domain::keys::{KeyId, SignatureAlgorithm};

/// More keys than anybody rotates through; fewer than would tire the server out.
const MOST_KEYS: usize = 32;

/// Someone's public keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwkSet {
    /// Those that verify signatures. Keys of a type, a size or a use that is not ours are passed over (§5).
    verifying: Vec<Jwk>,
    /// Each key as it was published.
    keys: Vec<Map<String, Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub enum JwkSetError {
    NotASet,
    TooMany,
    /// Whoever publishes one has shown it to everybody: nothing that it signed proves anything.
    Private,
}

impl JwkSetError {
    /// The end of a sentence that begins with the set's address or name.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotASet => "is not a JSON Web Key Set: an object whose member keys is a list of objects",
            Self::TooMany => "has more than 32 keys",
            Self::Private => "holds a private key or a shared secret, which must never be published",
        }
    }
}

impl JwkSet {
    /// Reads a set from its JSON.
    ///
    /// # Errors
    /// Where it is none, has too many keys, or one that must not be in it. The whole set is then refused.
    pub fn parse(json: &[u8]) -> Result<Self, JwkSetError> {
        let mut members = json::object(json).ok_or(JwkSetError::NotASet)?;
        let Some(Value::Array(keys)) = members.remove("keys") else { return Err(JwkSetError::NotASet) };
        if keys.len() > MOST_KEYS {
            return Err(JwkSetError::TooMany);
        }
        let keys = keys.into_iter().map(|key| match key {
            Value::Object(key) => Ok(key),
            _ => Err(JwkSetError::NotASet),
        });
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let mut verifying = Vec::with_capacity(keys.len());
        for key in &keys {
            match Jwk::parse(key) {
                Ok(key) => verifying.push(key),
                Err(JwkError::Private) => return Err(JwkSetError::Private),
                Err(_) => {}
            }
        }
        Ok(Self { verifying, keys })
    }

    /// The keys that may have signed a token whose header says `algorithm` and `kid`.
    ///
    /// A `kid` means the keys of that name. Where none has it, and where the header has none, the key must be the only
    /// one that there could be (OpenID Connect Core §10.1), and must not have another name.
    pub fn verifying(&self, algorithm: SignatureAlgorithm, kid: Option<&KeyId>) -> Vec<VerifyingKey> {
        let fits = |key: &&Jwk| key.key.fits(algorithm) && key.algorithm.is_none_or(|own| own == algorithm);
        let fitting: Vec<&Jwk> = self.verifying.iter().filter(fits).collect();
        let named: Vec<&Jwk> = fitting.iter().copied().filter(|key| kid.is_some() && key.kid.as_ref() == kid).collect();
        let meant = match (named.as_slice(), fitting.as_slice()) {
            ([], [only]) if kid.is_none() || only.kid.is_none() => vec![*only],
            _ => named,
        };
        meant.into_iter().filter_map(|key| key.clone().verifying(algorithm).ok()).collect()
    }

    /// Whether any key of it verifies signatures of one of `algorithms`.
    pub fn can_verify(&self, algorithms: &[SignatureAlgorithm]) -> bool {
        let fits = |key: &Jwk, algorithm: SignatureAlgorithm| {
            key.key.fits(algorithm) && key.algorithm.is_none_or(|own| own == algorithm)
        };
        self.verifying.iter().any(|key| algorithms.iter().any(|algorithm| fits(key, *algorithm)))
    }

    /// The certificates of the keys, in DER: the first of each `x5c` (RFC 7517 §4.7).
    pub fn certificates(&self) -> impl Iterator<Item = Vec<u8>> {
        self.keys.iter().filter_map(|key| {
            let first = key.get("x5c").and_then(|chain| chain.get(0)).and_then(Value::as_str);
            first.and_then(|text| STANDARD.decode(text).ok())
        })
    }

    /// Every key as it was published, those for encryption too.
    pub fn keys(&self) -> &[Map<String, Value>] {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crypto::private_key::PrivateKey;

    fn key(algorithm: SignatureAlgorithm, changes: Value) -> Value {
        let key = PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm).unwrap()).unwrap();
        let mut jwk = serde_json::to_value(key.public_key().unwrap().to_jwk(algorithm)).unwrap();
        for (name, change) in changes.as_object().unwrap() {
            match change {
                Value::Null => jwk.as_object_mut().unwrap().remove(name),
                change => jwk.as_object_mut().unwrap().insert(name.clone(), change.clone()),
            };
        }
        jwk
    }

    fn es256(changes: Value) -> Value {
        key(SignatureAlgorithm::Es256, changes)
    }

    fn set(keys: Value) -> JwkSet {
        JwkSet::parse(json!({"keys": keys}).to_string().as_bytes()).unwrap()
    }

    /// How many keys a header that says this would be tried with.
    fn meant(set: &JwkSet, algorithm: SignatureAlgorithm, kid: Option<&str>) -> usize {
        set.verifying(algorithm, kid.map(KeyId::new).as_ref()).len()
    }

    #[test]
    fn a_kid_means_the_keys_of_that_name() {
        let set = set(json!([es256(json!({"kid": "a"})), es256(json!({"kid": "b"})), es256(json!({"kid": "b"}))]));
        let es256 = SignatureAlgorithm::Es256;
        assert_eq!(meant(&set, es256, Some("a")), 1);
        assert_eq!(meant(&set, es256, Some("b")), 2, "both are tried");
        assert_eq!(meant(&set, es256, Some("c")), 0);
        assert_eq!(meant(&set, es256, None), 0, "several keys and no name");
        assert_eq!(meant(&set, SignatureAlgorithm::Es384, Some("a")), 0, "the name of a key of another type");
    }

    #[test]
    fn the_only_key_of_its_type_needs_no_name() {
        let es384 = key(SignatureAlgorithm::Es384, json!({"kid": "named"}));
        let set = set(json!([es256(json!({"kid": null})), es384]));
        assert_eq!(meant(&set, SignatureAlgorithm::Es256, None), 1);
        assert_eq!(meant(&set, SignatureAlgorithm::Es256, Some("whatever")), 1, "a name that only the client knows");
        assert_eq!(meant(&set, SignatureAlgorithm::Es384, None), 1);
        assert_eq!(meant(&set, SignatureAlgorithm::Es384, Some("another")), 0, "it has another name");
    }

    #[test]
    fn what_a_key_says_of_its_use_is_honoured() {
        let rs256 = key(SignatureAlgorithm::Rs256, json!({"kid": "a"}));
        let mut any = rs256.clone();
        any.as_object_mut().unwrap().remove("alg");
        assert_eq!(meant(&set(json!([rs256])), SignatureAlgorithm::Ps256, Some("a")), 0);
        assert_eq!(meant(&set(json!([any])), SignatureAlgorithm::Ps256, Some("a")), 1);
        for changes in [
            json!({"use": "enc"}),
            json!({"use": null, "key_ops": ["encrypt"]}),
            json!({"alg": "ES384"}),
            json!({"alg": "HS256"}),
            json!({"crv": "P-521"}),
            json!({"kty": "oct"}),
        ] {
            let set = set(json!([es256(changes.clone())]));
            assert_eq!(meant(&set, SignatureAlgorithm::Es256, None), 0, "{changes}");
            assert!(!set.can_verify(&SignatureAlgorithm::ALL));
            assert_eq!(set.keys().len(), 1);
        }
        assert!(set(json!([es256(json!({}))])).can_verify(&[SignatureAlgorithm::Es256]));
        assert!(!set(json!([es256(json!({}))])).can_verify(&[SignatureAlgorithm::Rs256]));
    }

    #[test]
    fn a_set_with_a_private_key_or_a_secret_is_refused_whole() {
        for bad in [es256(json!({"d": "AA"})), json!({"kty": "oct", "k": "AAAA"}), json!({"kty": "RSA", "p": "AA"})] {
            let json = json!({"keys": [es256(json!({})), bad]}).to_string();
            assert_eq!(JwkSet::parse(json.as_bytes()), Err(JwkSetError::Private), "{json}");
        }
    }

    #[test]
    fn what_is_no_set_is_refused() {
        let many = json!({"keys": vec![json!({}); 33]}).to_string();
        assert_eq!(JwkSet::parse(many.as_bytes()), Err(JwkSetError::TooMany));
        for text in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":["a"]}"#, r#"{"keys":[],"keys":[]}"#] {
            assert_eq!(JwkSet::parse(text.as_bytes()), Err(JwkSetError::NotASet), "{text}");
        }
    }
}
