//! Client secrets that must be read again, to check what they protect: sealed under the server's keys, each for its client.

use crate::crypto::seal::{Context, KeyEncryptionKeys, SealError};
use crate::domain::ids::ClientId;
use crate::domain::random::Random;
use crate::domain::secret::{SealedSecret, SecretString};

/// # Errors
/// As [`KeyEncryptionKeys::seal`].
pub fn seal(
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
