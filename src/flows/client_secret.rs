//! Client secrets: made, and kept as each method needs them.
//!
//! A secret that is presented is kept as a hash. One that protects assertions must be read again to check them: it is
//! sealed under the server's keys, for its client alone.

use crate::crypto::base64url;
use crate::crypto::hash::hash_secret;
use crate::crypto::seal::{Context, KeyEncryptionKeys, SealError};
use crate::domain::client::{CertificateSubject, ClientAuthentication, ClientAuthenticationMethod};
use crate::domain::ids::ClientId;
use crate::domain::mac::MacAlgorithm;
use crate::domain::random::Random;
use crate::domain::sandbox::Mode;
use crate::domain::secret::{SealedSecret, SecretString};
use crate::protocol::registration::Fault;

/// Says to whoever finds it in a file or a log what it is.
pub const PREFIX: &str = "senid_cs_";
pub const SANDBOX_PREFIX: &str = "senid_sandbox_cs_";
/// A presented secret is kept as a plain hash, so it must be beyond guessing: one that SenID makes has 32 random bytes.
const SHORTEST: usize = 16;
const LONGEST: usize = 256;

/// A new secret. Its 48 random bytes are text enough for every algorithm of assertions.
pub fn make(mode: Mode, random: &dyn Random, method: ClientAuthenticationMethod) -> SecretString {
    let mut text = String::with_capacity(96);
    text.push_str(if mode.is_sandbox() { SANDBOX_PREFIX } else { PREFIX });
    match method {
        ClientAuthenticationMethod::ClientSecretJwt => base64url::encode_into(&random.bytes::<48>(), &mut text),
        _ => base64url::encode_into(&random.bytes::<32>(), &mut text),
    }
    SecretString::new(text)
}

/// What a client asked for of how it proves itself.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub method: ClientAuthenticationMethod,
    /// `token_endpoint_auth_signing_alg`.
    pub signing_algorithm: Option<&'a str>,
    pub secret: Option<&'a SecretString>,
    /// One of the `tls_client_auth_…` members.
    pub certificate_subject: Option<&'a CertificateSubject>,
}

impl Asked<'_> {
    /// How `client` will prove itself, its secret as it is kept. What is wrong is added to `faults`; the answer is then
    /// of no use.
    ///
    /// # Errors
    /// As [`KeyEncryptionKeys::seal`].
    pub fn keep(
        &self,
        client: &ClientId,
        keys: &KeyEncryptionKeys,
        random: &dyn Random,
        faults: &mut Vec<Fault>,
    ) -> Result<ClientAuthentication, SealError> {
        self.check_secret(faults);
        if let Some(subject) = self.certificate_subject
            && self.method != ClientAuthenticationMethod::TlsClientAuth
        {
            let sentence = format!("is of no use with {}, only with tls_client_auth", self.method);
            faults.push(Fault::new(subject.member(), sentence));
        }
        let none = SecretString::default();
        let secret = self.secret.unwrap_or(&none);
        let hash = || hash_secret(secret.expose().as_bytes());
        Ok(match self.method {
            ClientAuthenticationMethod::None => self.without_algorithm(ClientAuthentication::None, faults),
            ClientAuthenticationMethod::ClientSecretBasic => {
                self.without_algorithm(ClientAuthentication::ClientSecretBasic { secret: hash() }, faults)
            }
            ClientAuthenticationMethod::ClientSecretPost => {
                self.without_algorithm(ClientAuthentication::ClientSecretPost { secret: hash() }, faults)
            }
            ClientAuthenticationMethod::ClientSecretJwt => {
                let algorithm = self.algorithm::<MacAlgorithm>(faults);
                self.check_length(algorithm, faults);
                ClientAuthentication::ClientSecretJwt { secret: seal(keys, client, secret, random)?, algorithm }
            }
            ClientAuthenticationMethod::PrivateKeyJwt => {
                ClientAuthentication::PrivateKeyJwt { algorithm: self.algorithm(faults) }
            }
            ClientAuthenticationMethod::TlsClientAuth => {
                let subject = self.certificate_subject.cloned().unwrap_or_else(|| {
                    let sentence = "expected one of tls_client_auth_subject_dn, tls_client_auth_san_dns, \
                                    tls_client_auth_san_uri, tls_client_auth_san_ip and tls_client_auth_san_email";
                    faults.push(Fault::new("token_endpoint_auth_method", sentence));
                    CertificateSubject::Dn(String::new())
                });
                self.without_algorithm(ClientAuthentication::TlsClientAuth { subject }, faults)
            }
            ClientAuthenticationMethod::SelfSignedTlsClientAuth => {
                self.without_algorithm(ClientAuthentication::SelfSignedTlsClientAuth, faults)
            }
        })
    }

    fn check_secret(&self, faults: &mut Vec<Fault>) {
        let sentence = match (self.secret, self.method.has_secret()) {
            (Some(secret), true) => {
                let text = secret.expose();
                // RFC 6749 appendix A.2: printable ASCII.
                let fits = (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
                (!fits).then(|| format!("expected {SHORTEST} to {LONGEST} printable ASCII characters without spaces"))
            }
            (None, true) => Some("expected a secret".to_owned()),
            (Some(_), false) if self.method == ClientAuthenticationMethod::None => {
                Some("a public client has none".to_owned())
            }
            (Some(_), false) => Some(format!("a client that proves itself by {} has none", self.method)),
            (None, false) => None,
        };
        faults.extend(sentence.map(|sentence| Fault::new("client_secret", sentence)));
    }

    /// RFC 7518 §3.2: a secret is no shorter than the code that it makes.
    fn check_length(&self, algorithm: Option<MacAlgorithm>, faults: &mut Vec<Fault>) {
        let least = algorithm.unwrap_or(MacAlgorithm::Hs256).shortest_secret();
        if self.secret.is_some_and(|secret| secret.expose().len() < least) {
            let name = algorithm.unwrap_or(MacAlgorithm::Hs256);
            faults.push(Fault::new("client_secret", format!("{name} takes a secret of at least {least} characters")));
        }
    }

    fn algorithm<A>(&self, faults: &mut Vec<Fault>) -> Option<A>
    where
        A: std::str::FromStr<Err: std::fmt::Display>,
    {
        match self.signing_algorithm.map(str::parse).transpose() {
            Ok(algorithm) => algorithm,
            Err(error) => {
                faults.push(Fault::new("token_endpoint_auth_signing_alg", format!("{error} with {}", self.method)));
                None
            }
        }
    }

    fn without_algorithm(&self, kept: ClientAuthentication, faults: &mut Vec<Fault>) -> ClientAuthentication {
        if self.signing_algorithm.is_some() {
            let sentence = format!("{} signs nothing: only client_secret_jwt and private_key_jwt do", self.method);
            faults.push(Fault::new("token_endpoint_auth_signing_alg", sentence));
        }
        kept
    }
}

fn seal(
    keys: &KeyEncryptionKeys,
    client: &ClientId,
    secret: &SecretString,
    random: &dyn Random,
) -> Result<SealedSecret, SealError> {
    keys.seal(&context(client), secret.expose().as_bytes(), random).map(SealedSecret::new)
}

/// # Errors
/// As [`KeyEncryptionKeys::open`]: also for a secret that was sealed for another client.
pub fn open(keys: &KeyEncryptionKeys, client: &ClientId, sealed: &SealedSecret) -> Result<SecretString, SealError> {
    let plain = keys.open(&context(client), sealed.as_bytes())?;
    std::str::from_utf8(&plain).map(SecretString::new).map_err(|_| SealError::Malformed)
}

/// The same secret under the current master key; `None` if it already is.
///
/// # Errors
/// As [`open`].
pub fn reseal(
    keys: &KeyEncryptionKeys,
    client: &ClientId,
    sealed: &SealedSecret,
    random: &dyn Random,
) -> Result<Option<SealedSecret>, SealError> {
    keys.reseal(&context(client), sealed.as_bytes(), random).map(|fresh| fresh.map(SealedSecret::new))
}

fn context(client: &ClientId) -> Context {
    Context::new("clients.secret", client.as_str())
}
