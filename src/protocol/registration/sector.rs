//! What pairwise subjects are derived from: decided when a client is registered, once and for all.

use super::Fault;
use crate::domain::client::SubjectType;
use crate::domain::ids::ClientId;
use crate::protocol::redirect::sector_of;

/// The sector of a new client: the one that is named, or the host that its redirect URIs share (Core §8.1).
///
/// # Errors
/// Where none is named and they share none.
pub fn sector(
    id: &ClientId,
    subject_type: SubjectType,
    named: Option<&str>,
    redirect_uris: &[String],
) -> Result<String, Fault> {
    if let Some(named) = named {
        return named_sector(named);
    }
    if redirect_uris.is_empty() {
        // Nobody is sent back anywhere: it is a sector by itself.
        return Ok(id.to_string());
    }
    match sector_of(redirect_uris) {
        Ok(host) => Ok(host),
        // Nothing is derived from it.
        Err(_) if subject_type == SubjectType::Public => Ok(id.to_string()),
        Err(_) => Err(Fault::new("sector_identifier", "the redirect URIs do not share one host: name the sector")),
    }
}

/// A sector in the one spelling that it is stored in.
///
/// # Errors
/// Where it is no host name.
pub fn named_sector(named: &str) -> Result<String, Fault> {
    url::Host::parse(named)
        .map(|host| host.to_string())
        .map_err(|_| Fault::new("sector_identifier", format!("{named:?} is no host name")))
}
