//! The way that certificates name, issuer by issuer, before anybody has looked at a signature: for whoever wants to see where it
//! ends.

use super::anchors::{Role, TrustStore};
use super::chain::Presented;
use super::extensions::MOST_AUTHORITIES;
use crate::crypto::certificate::{self, KeyKind};
use crate::domain::time::Timestamp;

/// A certificate on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As people read it; of the citizen's own certificate nothing, because it holds their number.
    pub subject: Option<String>,
    pub issuer: String,
    /// Hexadecimal.
    pub serial: String,
    pub key: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub source: Source,
}

/// Where it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It came with what was presented.
    Presented,
    /// It stands in the files of this authority of the folder.
    Folder(String, Role),
}

impl TrustStore {
    /// What the certificate and its issuers say of who issued them, up to an anchor or as far as it goes.
    pub fn named_way(&self, presented: &Presented) -> Vec<Named> {
        let mut way = Vec::new();
        let mut next = Some((presented.leaf.as_slice(), Source::Presented));
        let mut seen: Vec<&[u8]> = Vec::new();
        while let Some((der, source)) = next.take() {
            let Ok(parsed) = certificate::parse(der) else { break };
            let is_anchor = matches!(source, Source::Folder(_, Role::Anchor));
            let key = KeyKind::of(parsed.public_key()).map_or_else(|fault| fault.to_string(), |kind| kind.to_string());
            way.push(Named {
                subject: (!way.is_empty()).then(|| parsed.subject().to_string()),
                issuer: parsed.issuer().to_string(),
                serial: parsed.raw_serial_as_string(),
                key,
                not_before: Timestamp::from_seconds(parsed.validity().not_before.timestamp()),
                not_after: Timestamp::from_seconds(parsed.validity().not_after.timestamp()),
                source,
            });
            seen.push(der);
            if !is_anchor && way.len() <= MOST_AUTHORITIES {
                next = self.named_issuer(parsed.issuer().as_raw(), presented, &seen);
            }
        }
        way
    }

    fn named_issuer<'a>(&'a self, name: &[u8], presented: &'a Presented, seen: &[&[u8]]) -> Option<(&'a [u8], Source)> {
        let of_folder = self.named_in_folder(name).map(|(der, authority, role)| (der, Source::Folder(authority, role)));
        let is_named = |der: &&[u8]| certificate::parse(der).is_ok_and(|parsed| parsed.subject().as_raw() == name);
        let beside = presented.intermediates.iter().map(Vec::as_slice).filter(is_named);
        let mut candidates = of_folder.chain(beside.map(|der| (der, Source::Presented)));
        candidates.find(|(der, _)| !seen.contains(der))
    }
}
