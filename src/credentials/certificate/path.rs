//! The way from a citizen's certificate to an authority of the trust folder: RFC 5280 §6.1, without its policies.

use std::rc::Rc;

use super::anchors::{Anchor, TrustStore};
use super::chain::Presented;
use super::extensions::{Certificate, Kind, MOST_AUTHORITIES};
use super::refusal::{Place, Refusal};
use crate::crypto::certificate::{MOST_INTERMEDIATES, Signed, name_constraints};
use crate::domain::time::Timestamp;

/// Whoever brings eight authorities of one name and key makes the ways many: no honest chain needs as many signatures.
const MOST_SIGNATURES: usize = 64;

/// The citizen's certificate first, the anchor last.
pub(super) struct Path<'a> {
    pub certificates: Vec<Rc<Certificate<'a>>>,
    pub anchor: &'a Anchor,
}

/// # Errors
/// Why the way that came furthest was none.
pub(super) fn find<'a>(store: &'a TrustStore, presented: &'a Presented, now: Timestamp) -> Result<Path<'a>, Refusal> {
    if presented.intermediates.len() > MOST_INTERMEDIATES {
        return Err(Refusal::TooManyBeside);
    }
    let leaf = Certificate::read(&presented.leaf, Kind::Leaf)?;
    leaf.check_key()?;
    leaf.check_leaf()?;
    leaf.check_dates(now)?;
    let mut search = Search { store, beside: Vec::new(), unusable: Vec::new(), now, signatures: 0, furthest: None };
    for der in &presented.intermediates {
        match Certificate::read(der, Kind::Authority) {
            Ok(certificate) => search.beside.push(Rc::new(certificate)),
            Err(refusal) => search.unusable.push(refusal),
        }
    }
    let mut certificates = vec![Rc::new(leaf)];
    match search.climb(&mut certificates) {
        Some(anchor) => Ok(Path { certificates, anchor }),
        None => Err(search.furthest.map_or_else(|| no_authority(&certificates), |(_, refusal)| refusal)),
    }
}

fn no_authority(certificates: &[Rc<Certificate<'_>>]) -> Refusal {
    Refusal::NoAuthority(certificates.last().map(|last| last.parsed.issuer().to_string()).unwrap_or_default())
}

struct Search<'a> {
    store: &'a TrustStore,
    beside: Vec<Rc<Certificate<'a>>>,
    /// What else came beside it. It may be of no use on the way; where it is needed, it is the reason that is told.
    unusable: Vec<Refusal>,
    now: Timestamp,
    signatures: usize,
    /// What stopped the way that came furthest, and how far that was.
    furthest: Option<(usize, Refusal)>,
}

impl<'a> Search<'a> {
    /// Lengthens the way until it ends in an anchor, or leaves it as it was.
    fn climb(&mut self, way: &mut Vec<Rc<Certificate<'a>>>) -> Option<&'a Anchor> {
        let last = Rc::clone(way.last()?);
        let store = self.store;
        let mut is_known = false;
        for anchor in store.anchors_of(last.issuer()) {
            is_known = true;
            if self.step(way, Certificate::read(anchor.der(), Kind::Authority)) {
                return Some(anchor);
            }
        }
        if way.len() >= MOST_AUTHORITIES {
            self.note(2 * way.len(), Refusal::ChainTooLong);
            return None;
        }
        let beside: Vec<_> = self.beside.iter().filter(|one| one.subject() == last.issuer()).cloned().collect();
        let of_folder = store.intermediates_of(last.issuer()).map(|der| Certificate::read(der, Kind::Authority));
        for candidate in beside.into_iter().map(Ok).chain(of_folder.map(|read| read.map(Rc::new))) {
            is_known = true;
            // A key that is on the way leads nowhere new.
            let is_on_the_way = |one: &Rc<Certificate<'_>>| {
                way.iter().any(|known| known.subject() == one.subject() && known.key() == one.key())
            };
            if candidate.as_ref().is_ok_and(is_on_the_way) {
                continue;
            }
            if self.step_to(way, candidate) {
                if let Some(anchor) = self.climb(way) {
                    return Some(anchor);
                }
                way.pop();
            }
        }
        if !is_known {
            let issuer = Place::Authority(last.parsed.issuer().to_string());
            let needed = self.unusable.iter().find(|refusal| refusal.place() == Some(&issuer)).cloned();
            self.note(2 * way.len(), needed.unwrap_or_else(|| no_authority(way)));
        }
        None
    }

    fn step(&mut self, way: &mut Vec<Rc<Certificate<'a>>>, issuer: Result<Certificate<'a>, Refusal>) -> bool {
        self.step_to(way, issuer.map(Rc::new))
    }

    /// One further, if `issuer` issued the last of the way and may have.
    fn step_to(&mut self, way: &mut Vec<Rc<Certificate<'a>>>, issuer: Result<Rc<Certificate<'a>>, Refusal>) -> bool {
        let reached = 2 * way.len();
        let issuer = match issuer {
            Ok(issuer) => issuer,
            Err(refusal) => {
                self.note(reached, refusal);
                return false;
            }
        };
        if let Err(refusal) = self.is_signed(way, &issuer) {
            self.note(reached, refusal);
            return false;
        }
        match self.may_issue(way, &issuer) {
            Ok(()) => {
                way.push(issuer);
                true
            }
            Err(refusal) => {
                self.note(reached + 1, refusal);
                false
            }
        }
    }

    fn is_signed(&mut self, way: &[Rc<Certificate<'a>>], issuer: &Certificate<'a>) -> Result<(), Refusal> {
        let Some(last) = way.last() else { return Err(Refusal::ChainTooLong) };
        issuer.check_key()?;
        self.signatures += 1;
        if self.signatures > MOST_SIGNATURES {
            return Err(Refusal::ChainTooLong);
        }
        Signed::read(last.der)
            .and_then(|signed| signed.verify(issuer.key()))
            .map_err(|fault| Refusal::of_signature(fault, last.place.clone()))
    }

    fn may_issue(&self, way: &[Rc<Certificate<'a>>], issuer: &Certificate<'a>) -> Result<(), Refusal> {
        issuer.check_dates(self.now)?;
        let between = way.iter().skip(1).filter(|authority| !authority.is_self_issued()).count();
        issuer.check_authority(between)?;
        let Some(constraints) = issuer.extensions.name_constraints else { return Ok(()) };
        for (at, below) in way.iter().enumerate() {
            // RFC 5280 §6.1.3 (b): an authority's new key is no new name.
            if at == 0 || !below.is_self_issued() {
                name_constraints::permit(constraints, &below.parsed)
                    .map_err(|fault| Refusal::NameConstraint(below.place.clone(), fault))?;
            }
        }
        Ok(())
    }

    fn note(&mut self, reached: usize, refusal: Refusal) {
        if self.furthest.as_ref().is_none_or(|(furthest, _)| reached > *furthest) {
            self.furthest = Some((reached, refusal));
        }
    }
}
