//! The authorities of the trust folder, ready to lead chains to.

use std::fmt;
use std::sync::Arc;

use crate::crypto::certificate;
use crate::domain::time::Timestamp;
use crate::domain::trust::TrustedAuthority;

const SECONDS_A_DAY: i64 = 86_400;

/// Every authority whose certificates citizens may prove themselves with.
#[derive(Clone, Default)]
pub struct TrustStore {
    anchors: Vec<Anchor>,
    intermediates: Vec<Known>,
}

/// An authority, and its name as certificates' issuers are compared with it.
#[derive(Clone)]
pub(super) struct Anchor {
    pub authority: Arc<TrustedAuthority>,
    subject: Vec<u8>,
}

#[derive(Clone)]
struct Known {
    /// The name of the authority's files.
    authority: String,
    subject: Vec<u8>,
    der: Vec<u8>,
}

/// A certificate of the folder that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the authority {0} has a certificate that cannot be read")]
pub struct UnusableAuthority(pub String);

/// A certificate of the folder, and how long it has to live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The name of the authority's files.
    pub authority: String,
    /// Its subject as people read it.
    pub subject: String,
    /// Hexadecimal.
    pub serial: String,
    pub role: Role,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Whole days that are left at the moment that was asked about; negative where it has expired.
    pub days_left: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Anchor,
    Intermediate,
}

impl TrustStore {
    /// # Errors
    /// Where a certificate of one cannot be read.
    pub fn new(authorities: Vec<TrustedAuthority>) -> Result<Self, UnusableAuthority> {
        let mut store = Self::default();
        for authority in authorities {
            let authority = Arc::new(authority);
            let subject = |der: &[u8]| {
                let unusable = |_| UnusableAuthority(authority.name.clone());
                Ok(certificate::parse(der).map_err(unusable)?.subject().as_raw().to_vec())
            };
            store.anchors.push(Anchor { subject: subject(&authority.anchor)?, authority: Arc::clone(&authority) });
            for der in &authority.intermediates {
                let known = Known { authority: authority.name.clone(), subject: subject(der)?, der: der.clone() };
                store.intermediates.push(known);
            }
        }
        Ok(store)
    }

    /// Without an authority, nobody signs in with a certificate.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    pub fn authorities(&self) -> impl Iterator<Item = &Arc<TrustedAuthority>> {
        self.anchors.iter().map(|anchor| &anchor.authority)
    }

    /// The names (DER) of everything in the folder that may have issued a citizen's certificate: what TLS asks a browser for
    /// (RFC 8446 §4.2.4), so that it offers the right card.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        let anchors = self.anchors.iter().map(|anchor| &anchor.subject[..]);
        anchors.chain(self.intermediates.iter().map(|known| &known.subject[..]))
    }

    /// Every certificate of the folder, in its order.
    pub fn standing(&self, now: Timestamp) -> Vec<Standing> {
        let of = |authority: &TrustedAuthority, der: &[u8], role: Role| {
            let parsed = certificate::parse(der).ok()?;
            let validity = parsed.validity();
            let not_after = validity.not_after.timestamp();
            Some(Standing {
                authority: authority.name.clone(),
                subject: parsed.subject().to_string(),
                serial: parsed.raw_serial_as_string(),
                role,
                not_before: Timestamp::from_seconds(validity.not_before.timestamp()),
                not_after: Timestamp::from_seconds(not_after),
                days_left: not_after.saturating_sub(now.seconds()).div_euclid(SECONDS_A_DAY),
            })
        };
        let each = |anchor: &Anchor| {
            let authority = &anchor.authority;
            let intermediates = authority.intermediates.iter().map(|der| of(authority, der, Role::Intermediate));
            std::iter::once(of(authority, &authority.anchor, Role::Anchor)).chain(intermediates).collect::<Vec<_>>()
        };
        self.anchors.iter().flat_map(each).flatten().collect()
    }

    pub(super) fn anchors_of(&self, name: &[u8]) -> impl Iterator<Item = &Anchor> {
        self.anchors.iter().filter(move |anchor| anchor.subject == name)
    }

    /// Anchors first.
    pub(super) fn named_in_folder(&self, name: &[u8]) -> impl Iterator<Item = (&[u8], String, Role)> {
        let anchors = self.anchors_of(name).map(|anchor| (anchor.der(), anchor.authority.name.clone(), Role::Anchor));
        let known = self.intermediates.iter().filter(move |known| known.subject == name);
        anchors.chain(known.map(|known| (&known.der[..], known.authority.clone(), Role::Intermediate)))
    }

    pub(super) fn intermediates_of(&self, name: &[u8]) -> impl Iterator<Item = &[u8]> {
        self.intermediates.iter().filter(move |known| known.subject == name).map(|known| &known.der[..])
    }
}

impl Anchor {
    pub(super) fn der(&self) -> &[u8] {
        &self.authority.anchor
    }
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Intermediate => "intermediate",
        }
    }
}

impl fmt::Debug for TrustStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.authorities().map(|authority| &authority.name)).finish()
    }
}
