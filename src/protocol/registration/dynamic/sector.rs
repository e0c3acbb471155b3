//! `subject_type`, `sector_identifier_uri` of clients that register themselves: OpenID Connect Core §8.1, Registration §5.

use url::Url;

use super::fault::Faults;
use super::links::of_the_web;
use super::quoted;
use super::{Metadata, Policy};
use crate::crypto::json;
use crate::domain::client::{Client, SubjectType};
use crate::protocol::redirect::{check_registration, is_loopback};

/// The sector is the host of its URI, or the one that all redirect URIs share. Addresses that are on everyone's own
/// machine are nobody's sector: such a client is a sector by itself.
pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    let offered: Vec<&str> = policy.subject_types.iter().map(|offered| offered.as_str()).collect();
    let default = policy.subject_types.first().copied().unwrap_or(SubjectType::Pairwise);
    let subject_type = metadata.subject_type.unwrap_or(default);
    if !policy.subject_types.contains(&subject_type) {
        let sentence = format!("{} may not be registered here, only {}", subject_type.as_str(), offered.join(", "));
        faults.add("subject_type", sentence);
    }
    client.subject_type = subject_type;
    client.sector_identifier_uri.clone_from(&metadata.sector_identifier_uri);
    if let Some(existing) = policy.existing
        && metadata.sector_identifier_uri == existing.sector_identifier_uri
        && metadata.redirect_uris.iter().all(|uri| existing.redirect_uris.contains(uri))
    {
        // The authority may have moved it to another host and kept its sector.
        client.sector_identifier.clone_from(&existing.sector_identifier);
        return;
    }
    client.sector_identifier = match &metadata.sector_identifier_uri {
        Some(uri) => of_the_web("sector_identifier_uri", uri, policy, faults)
            .and_then(|parsed| parsed.host_str().map(str::to_owned))
            .unwrap_or_default(),
        None => match (shared_host(&metadata.redirect_uris), subject_type) {
            (Shared::Host(host), _) => host,
            (Shared::Own, _) | (_, SubjectType::Public) => client.id.to_string(),
            (Shared::Several, SubjectType::Pairwise) => {
                faults.add(
                    "sector_identifier_uri",
                    "expected one, because the redirect URIs have more than one host (OpenID Connect Core section 8.1)",
                );
                String::new()
            }
        },
    };
    // Whoever could move away and keep the sector would be told another portal's subjects; whoever could choose another
    // would lose its people.
    if let Some(existing) = policy.existing
        && !faults.concerns("sector_identifier_uri")
        && !faults.concerns("redirect_uris")
        // One that may not be registered is refused for what it is.
        && metadata.redirect_uris.iter().all(|uri| check_registration(uri).is_ok())
        && client.sector_identifier != existing.sector_identifier
    {
        let sentence =
            format!("subjects are derived from {}, which only the authority can change", existing.sector_identifier);
        faults.add("sector_identifier_uri", sentence);
    }
}

enum Shared {
    Host(String),
    /// All of them are on the visitor's own device.
    Own,
    Several,
}

fn shared_host(redirect_uris: &[String]) -> Shared {
    let parsed: Vec<Url> = redirect_uris.iter().filter_map(|uri| Url::parse(uri).ok()).collect();
    let host = |uri: &Url| match uri.scheme() {
        "https" => uri.host_str().map(str::to_owned),
        _ => None,
    };
    let own = |uri: &Url| host(uri).is_none() || is_loopback(uri);
    match parsed.split_first() {
        Some((first, rest)) => match host(first) {
            Some(shared) if !own(first) && rest.iter().all(|uri| host(uri).as_ref() == Some(&shared)) => {
                Shared::Host(shared)
            }
            _ if parsed.iter().all(own) => Shared::Own,
            _ => Shared::Several,
        },
        None => Shared::Own,
    }
}

/// Holds the document that `sector_identifier_uri` leads to against the redirect URIs: a JSON list in which every one
/// of them is.
///
/// # Errors
/// What is wrong, for the member `sector_identifier_uri`.
pub fn check_document(document: &[u8], redirect_uris: &[String]) -> Result<(), Faults> {
    let mut faults = Faults::default();
    match json::texts(document) {
        None => faults.add("sector_identifier_uri", "leads to something else than a JSON list of strings"),
        Some(listed) => {
            for missing in redirect_uris.iter().filter(|uri| !listed.contains(uri)) {
                faults.add("sector_identifier_uri", format!("does not list the redirect URI {}", quoted(missing)));
            }
        }
    }
    faults.none()
}
