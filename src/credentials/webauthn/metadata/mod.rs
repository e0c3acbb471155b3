//! What is known of authenticators' models: FIDO Metadata Service (MDS) §3, FIDO Metadata Statements.
//!
//! A BLOB is a signed list of models: whose key vouches for one, where one keeps its keys, and what became known of it since.
//! [`Blob::verify`] is the only way to come by a [`Metadata`].

mod blob;
mod entry;
mod status;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::attestation::Aaguid;
use crate::domain::time::Timestamp;

pub use blob::{Blob, BlobError, LONGEST as LONGEST_BLOB, Signers};
pub use entry::{KeyProtection, Model};
pub use status::Status;

/// A BLOB whose signature was verified.
#[derive(Debug)]
pub struct Metadata {
    /// `no`: each BLOB has one more than the one before.
    pub number: u32,
    /// `nextUpdate`: the end of the day until which there is a newer one.
    pub next_update: Timestamp,
    models: HashMap<Aaguid, Model>,
    /// Entries of other kinds of authenticators than FIDO2's, which have no AAGUID.
    pub others: usize,
    /// Entries that could not be read, or of a model that has several: nothing is known of these models.
    pub unreadable: usize,
}

impl Metadata {
    pub fn model(&self, aaguid: Aaguid) -> Option<&Model> {
        self.models.get(&aaguid)
    }

    /// How many models it knows.
    pub fn len(&self) -> usize {
        self.models.len()
    }

    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// The models of which something became known that ends the trust in them, by their AAGUID.
    pub fn distrusted(&self) -> Vec<(&Model, &Status)> {
        let mut all: Vec<_> =
            self.models.values().filter_map(|model| model.distrusted().map(|status| (model, status))).collect();
        all.sort_by_key(|(model, _)| model.aaguid);
        all
    }

    /// For how long there should have been a newer one; zero where there need not be.
    pub fn overdue(&self, now: Timestamp) -> Duration {
        now.since(self.next_update)
    }
}
