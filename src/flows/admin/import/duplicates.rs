//! Which line of the file had a name first. The store decides who is entered; this only says where to look.

use std::collections::HashMap;

use crate::crypto::hash::sha256;
use crate::domain::identifier_alias::Scheme;
use crate::domain::sign_in_name::{NameKind, SignInName};
use crate::storage::{Conflict, NewCitizen};

use super::super::add_citizen;
use super::super::particulars::{Column, Remark};

/// Names remembered at most: some 60 MB. Beyond, a duplicate is still found by the store, without its line; only a dry
/// run, which enters nothing, no longer sees those that stand far apart.
const MOST: usize = 2_000_000;

/// The names that were entered, as the beginnings of their hashes.
#[derive(Default)]
pub(super) struct Entered(HashMap<u64, u64>);

impl Entered {
    pub fn note(&mut self, new: &NewCitizen, line: u64) {
        if self.0.len() < MOST {
            self.0.extend(new.names.iter().map(|name| (key(name), line)));
        }
    }

    /// The line that had one of these names first.
    pub fn line_of(&self, new: &NewCitizen) -> Option<(NameKind, u64)> {
        new.names.iter().find_map(|name| Some((name.kind(), *self.0.get(&key(name))?)))
    }

    /// Why the store did not take a citizen.
    pub fn explain(&self, new: &NewCitizen, conflict: Conflict) -> Remark {
        let Conflict::Name(kind) = conflict else {
            return Remark::new(None, "taken", conflict.to_string());
        };
        let name = new.names.iter().find(|name| name.kind() == kind);
        match name.and_then(|name| self.0.get(&key(name))) {
            Some(line) => stands_in(kind, *line),
            None => Remark::new(column(kind), "taken", add_citizen::sentence(conflict)),
        }
    }
}

pub(super) fn stands_in(kind: NameKind, line: u64) -> Remark {
    let sentence = format!("the same {} stands in line {line}", kind.as_str().replace('_', " "));
    Remark::new(column(kind), "duplicate_in_file", sentence)
}

const fn column(kind: NameKind) -> Column {
    match kind {
        NameKind::NationalId => Column::NationalId,
        NameKind::Phone => Column::PhoneNumber,
        NameKind::Email => Column::Email,
        NameKind::Other(Scheme::VnCmnd) => Column::VnCmnd,
        NameKind::Other(Scheme::VnTax) => Column::VnTax,
    }
}

fn key(name: &SignInName) -> u64 {
    let hash = sha256(format!("{}:{}", name.kind().as_str(), name.normalised()).as_bytes());
    let [a, b, c, d, e, f, g, h, ..] = hash;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
