//! Revocation lists, kept as what they mean: a country's may be megabytes, and everybody who signs in is looked up in the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use super::Inner;
use super::fault::Fault;
use super::flights::Flights;
use crate::credentials::certificate::revocation::{Issuer, ListFault, RevocationList};
use crate::crypto::hash::Sha256;
use crate::domain::revocation::{CertificateId, Revoked};
use crate::domain::time::Timestamp;
use crate::outbound::Purpose;

/// Certificates on all lists together, 40 bytes each. Beyond that the list that was used longest ago goes, and is fetched again by
/// whoever needs it.
const MOST_ENTRIES: usize = 8_000_000;
const MOST_LISTS: usize = 256;
/// A list that would hold for longer is fetched again by then: authorities publish new ones ahead of time.
const REFRESH: Duration = Duration::from_secs(3600);
/// A list that nobody was looked up in for so long is not refreshed any more.
const UNUSED: Duration = Duration::from_secs(7 * 86_400);

/// An address and an issuer, hashed.
type Key = [u8; 32];

#[derive(Debug, Default)]
pub(super) struct Lists {
    kept: Mutex<HashMap<Key, Kept>>,
    flights: Flights<Key, Result<Arc<RevocationList>, Fault>>,
}

#[derive(Clone)]
struct Kept {
    list: Arc<RevocationList>,
    url: Url,
    issuer: Issuer,
    fetched_at: Timestamp,
    used_at: Timestamp,
}

impl Lists {
    /// The list of `issuer` at `url`: the one that is kept while it is in date, or a new one, for which nobody waits longer than the
    /// settings say. It is fetched to its end all the same, for those who come later.
    pub(super) async fn get(inner: &Arc<Inner>, url: &Url, issuer: &Issuer) -> Result<Arc<RevocationList>, Fault> {
        let now = inner.clock.now();
        if let Some(list) = inner.lists.find(&key(url, issuer), now) {
            return Ok(list);
        }
        let fetching = tokio::spawn(Self::fetch(inner.clone(), url.clone(), issuer.clone()));
        match tokio::time::timeout(inner.limits.time_limit, fetching).await {
            Err(_) => Err(Fault::Slow),
            Ok(fetched) => fetched.unwrap_or(Err(Fault::Slow)),
        }
    }

    /// Fetches again the lists that are half through, or an hour old. Where one cannot be had, the old one serves to its end.
    pub(super) async fn refresh(inner: &Arc<Inner>) {
        let now = inner.clock.now();
        let due: Vec<Kept> = {
            let mut kept = inner.lists.kept();
            kept.retain(|_, kept| now < kept.used_at + UNUSED);
            kept.values().filter(|kept| kept.is_due(now)).cloned().collect()
        };
        for kept in due {
            if let Err(fault) = Self::fetch(inner.clone(), kept.url.clone(), kept.issuer).await {
                let host = super::breakers::host(&kept.url);
                tracing::warn!(host, %fault, "a revocation list could not be refreshed; the one that there is serves to its end");
            }
        }
    }

    /// What the lists at hand say of a certificate that nobody is asked about.
    pub(super) fn at_hand(&self, certificate: &CertificateId) -> Option<Revoked> {
        let kept = self.kept();
        let mut own = kept.values().filter(|kept| kept.list.edition.issuer_key == certificate.issuer_key);
        own.find_map(|kept| kept.list.revoked(certificate.serial))
    }

    async fn fetch(inner: Arc<Inner>, url: Url, issuer: Issuer) -> Result<Arc<RevocationList>, Fault> {
        let key = key(&url, &issuer);
        inner.lists.flights.join(key, load(&inner, key, &url, &issuer)).await
    }

    fn find(&self, key: &Key, now: Timestamp) -> Option<Arc<RevocationList>> {
        let mut kept = self.kept();
        let kept = kept.get_mut(key).filter(|kept| kept.list.check_dates(now).is_ok())?;
        kept.used_at = now;
        Some(kept.list.clone())
    }

    fn keep(&self, key: Key, new: Kept) {
        let mut all = self.kept();
        let used_at = all.get(&key).map_or(new.used_at, |old| old.used_at);
        all.insert(key, Kept { used_at, ..new });
        let cost = |all: &HashMap<Key, Kept>| all.values().map(|kept| kept.list.len()).sum::<usize>();
        while all.len() > MOST_LISTS || (all.len() > 1 && cost(&all) > MOST_ENTRIES) {
            let others = all.iter().filter(|(other, _)| **other != key);
            let Some(oldest) = others.min_by_key(|(_, kept)| kept.used_at).map(|(oldest, _)| *oldest) else { return };
            all.remove(&oldest);
        }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Key, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn is_due(&self, now: Timestamp) -> bool {
        let half = self.fetched_at.until(self.list.next_update) / 2;
        now >= self.fetched_at + half.min(REFRESH)
    }
}

async fn load(inner: &Arc<Inner>, key: Key, url: &Url, issuer: &Issuer) -> Result<Arc<RevocationList>, Fault> {
    let attempt = inner.breakers.enter(url, inner.clock.now()).ok_or(Fault::LeftAlone)?;
    let read = fetch_and_read(inner, url, issuer).await;
    match &read {
        Err(fault) if fault.is_of_source() => attempt.failed(inner.clock.now()),
        _ => attempt.succeeded(),
    }
    let list = Arc::new(read?);
    // Whichever server saw a newer one first: an old list does not come back while it is still in date.
    let advanced = match inner.store.write().await {
        Ok(mut writing) => writing.revocations().advance(&list.edition).await,
        Err(error) => Err(error),
    };
    match advanced {
        Ok(true) => {}
        Ok(false) => return Err(ListFault::RolledBack.into()),
        Err(error) => {
            tracing::error!(%error, "a revocation list cannot be held against those that were seen before");
            return Err(Fault::Store);
        }
    }
    let now = inner.clock.now();
    let new = Kept { list: list.clone(), url: url.clone(), issuer: issuer.clone(), fetched_at: now, used_at: now };
    inner.lists.keep(key, new);
    Ok(list)
}

async fn fetch_and_read(inner: &Arc<Inner>, url: &Url, issuer: &Issuer) -> Result<RevocationList, Fault> {
    let document = inner.outbound.get(url, Purpose::Crl).await?;
    let (issuer, now) = (issuer.clone(), inner.clock.now());
    // Megabytes of it: the threads that answer have other things to do.
    let reading = tokio::task::spawn_blocking(move || RevocationList::read(&document.bytes, &issuer, now));
    Ok(reading.await.map_err(|_| Fault::Slow)??)
}

fn key(url: &Url, issuer: &Issuer) -> Key {
    let mut hash = Sha256::new();
    hash.update(&issuer.key_hash());
    hash.update(url.as_str().as_bytes());
    hash.finish()
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept({:?})", self.list)
    }
}
