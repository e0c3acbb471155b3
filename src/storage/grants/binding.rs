//! The two columns of a key binding.

use super::Error;
use crate::domain::key_binding::{KeyBinding, Thumbprint};

pub(super) fn columns(binding: &KeyBinding) -> (&'static str, &[u8; 32]) {
    match binding {
        KeyBinding::Dpop(thumbprint) => ("dpop", thumbprint.as_bytes()),
        KeyBinding::Certificate(thumbprint) => ("certificate", thumbprint.as_bytes()),
    }
}

pub(super) fn open(method: Option<String>, thumbprint: Option<Vec<u8>>) -> Result<Option<KeyBinding>, Error> {
    let corrupt = || Error::Corrupt("a grant's key binding");
    let (Some(method), Some(thumbprint)) = (method, thumbprint) else { return Ok(None) };
    let thumbprint = Thumbprint::from_bytes(thumbprint.try_into().map_err(|_| corrupt())?);
    match method.as_str() {
        "dpop" => Ok(Some(KeyBinding::Dpop(thumbprint))),
        "certificate" => Ok(Some(KeyBinding::Certificate(thumbprint))),
        _ => Err(corrupt()),
    }
}
