//! What a certificate is to say.

use std::path::Path;

use super::{openssl, run};
use crate::support::world::NOW;

const YEAR: i64 = 365 * 86_400;

/// A certificate as it is asked for: sound, until a test changes something.
#[derive(Clone, Debug)]
pub struct Profile {
    subject: Vec<(String, String)>,
    pub key: Key,
    /// Seconds since the epoch.
    pub from: i64,
    pub until: i64,
    /// What its issuer signs with.
    pub digest: &'static str,
    extensions: Vec<(String, String)>,
    /// Sections that extensions speak of.
    sections: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    P256,
    P384,
    P521,
    Secp256k1,
    Ed25519,
    Rsa(u32),
}

impl Profile {
    /// A citizen's, for these attributes as `openssl req -subj` names them, with all that a sound one says.
    pub fn citizen(subject: &[(&str, &str)]) -> Self {
        Self {
            subject: subject.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            key: Key::P256,
            from: NOW.seconds() - 8 * YEAR,
            until: NOW.seconds() + 8 * YEAR,
            digest: "sha256",
            extensions: Vec::new(),
            sections: String::new(),
        }
        .with("basicConstraints", "critical,CA:FALSE")
        .with("keyUsage", "critical,digitalSignature")
        .with("extendedKeyUsage", "clientAuth,emailProtection")
        .with("subjectKeyIdentifier", "hash")
        .with("authorityKeyIdentifier", "keyid")
    }

    pub fn authority(name: &str) -> Self {
        Self::citizen(&[("C", "VN"), ("O", "Test authorities"), ("CN", name)])
            .without("extendedKeyUsage")
            .without("authorityKeyIdentifier")
            .with("basicConstraints", "critical,CA:TRUE")
            .with("keyUsage", "critical,keyCertSign,cRLSign")
    }

    /// The extension, in the place of the one that it has. Several of one name are written as one.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.extensions.retain(|(own, _)| own != name);
        self.extensions.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.extensions.retain(|(own, _)| own != name);
        self
    }

    /// Lines of `openssl`'s configuration that an extension speaks of.
    #[must_use]
    pub fn with_section(mut self, lines: &str) -> Self {
        self.sections.push_str(lines);
        self.sections.push('\n');
        self
    }

    #[must_use]
    pub const fn with_key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    #[must_use]
    pub const fn signed_with(mut self, digest: &'static str) -> Self {
        self.digest = digest;
        self
    }

    /// Its days, as seconds since the epoch.
    #[must_use]
    pub const fn valid(mut self, from: i64, until: i64) -> Self {
        self.from = from;
        self.until = until;
        self
    }

    /// Its time is over since yesterday.
    #[must_use]
    pub const fn expired(self) -> Self {
        self.valid(NOW.seconds() - 2 * YEAR, NOW.seconds() - 86_400)
    }

    pub(super) fn subject(&self) -> String {
        let escaped = |value: &str| value.replace('\\', "\\\\").replace('/', "\\/").replace('+', "\\+");
        let attributes: Vec<String> =
            self.subject.iter().map(|(name, value)| format!("/{name}={}", escaped(value))).collect();
        if attributes.is_empty() { "/".to_owned() } else { attributes.concat() }
    }

    pub(super) fn extensions(&self) -> String {
        let lines: String = self.extensions.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
        format!("[these]\n{lines}{}", self.sections)
    }

    /// Ed25519 hashes by itself; it is the issuer's key that signs, and no authority of ours has one unless it says so.
    pub(super) fn key_signs_with_digest(&self) -> bool {
        !self.digest.is_empty()
    }
}

impl Key {
    pub(super) fn make(self, path: &Path) {
        let mut command = openssl();
        command.arg("genpkey");
        match self {
            Self::P256 => command.args(["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
            Self::P384 => command.args(["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
            Self::P521 => command.args(["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"]),
            Self::Secp256k1 => command.args(["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"]),
            Self::Ed25519 => command.args(["-algorithm", "ED25519"]),
            Self::Rsa(bits) => command.args(["-algorithm", "RSA", "-pkeyopt", &format!("rsa_keygen_bits:{bits}")]),
        };
        run(command.arg("-out").arg(path));
    }
}
