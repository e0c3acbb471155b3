//! What of a citizen goes to a client is written down before it goes: who, when, which claims, to whom, for what, by which door.
//! The audit log has every single one; the citizen's own record counts what is the same on one day.

use std::collections::BTreeSet;
use std::fmt;

use quick_cache::sync::Cache;
use serde_json::{Map, Value};

use crate::crypto::base64url;
use crate::crypto::hash::{Sha256, sha256};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::claims;
use crate::domain::client::Client;
use crate::domain::grant::Grant;
use crate::domain::ids::CitizenId;
use crate::domain::release::{Door, Release, StatedTerms, TermsId, day_of, release_id};
use crate::domain::time::Timestamp;
use crate::domain::verified_claims::{VERIFIED_CLAIMS, VerifiedRequest};
use crate::protocol::claims::Gate;
use crate::protocol::verified_claims;

use super::visitor::Visitor;
use super::{App, FlowError};

/// As many as a country has portals, several times over.
const CAPACITY: usize = 50_000;

/// Where an event of a release says what the client was told it for: the id of [`StatedTerms`], in base64url.
pub(super) const TERMS: &str = "terms";

/// What clients are told claims for, as far as this server knows that it was written down.
pub struct KnownTerms(Cache<TermsId, ()>);

impl KnownTerms {
    /// What is found in the identity store under the id returned: what `client` is told claims for now.
    async fn stated(&self, app: &App, client: &Client, now: Timestamp) -> Result<TermsId, FlowError> {
        let terms = StatedTerms::of(client);
        let digest = sha256(&serde_json::to_vec(&terms).map_err(FlowError::failed)?);
        let id: TermsId = std::array::from_fn(|at| digest[at]);
        if self.0.get(&id).is_none() {
            app.store.write().await?.releases().state(&id, &terms, now).await?;
            self.0.insert(id, ());
        }
        Ok(id)
    }
}

impl Default for KnownTerms {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl fmt::Debug for KnownTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownTerms({})", self.0.len())
    }
}

/// Who is told of whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub client: &'a Client,
    pub citizen: CitizenId,
    pub grant: &'a Grant,
    pub door: Door,
}

/// Writes down that `told` is told `claims`.
///
/// # Errors
/// Where it could not be written: then nothing may be told.
pub(super) async fn record(
    app: &App,
    visitor: &Visitor,
    told: Told<'_>,
    claims: &Map<String, Value>,
) -> Result<(), FlowError> {
    let now = app.clock.now();
    let Told { client, citizen, grant, door } = told;
    let organisation = grant.acting.map(|acting| acting.organisation);
    let single = claims.keys().filter(|name| *name != VERIFIED_CLAIMS).cloned();
    let names: Vec<String> = single.chain(verified_claims::names(claims)).collect();
    let event = app
        .event(visitor, EventKind::DataReleased, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .about(citizen)
        .of(&client.id)
        .with("door", door.as_str())
        .with("claims", names.join(" "));
    let plain: BTreeSet<String> =
        names.iter().filter(|name| *name != "sub").map(|name| claims::untagged(name).0.to_owned()).collect();
    if plain.is_empty() {
        return app.record_before_answer(event).await;
    }
    let terms = app.terms.stated(app, client, now).await?;
    let event = event.with(TERMS, base64url::encode(&terms));
    let release = Release {
        id: release_id(grant.id, &digest(&told, &plain, &terms, now), now),
        citizen,
        client: client.id.clone(),
        grant: grant.id,
        organisation,
        door,
        claims: plain,
        terms,
        first_at: now,
        last_at: now,
        times: 1,
    };
    app.audit.write_release(event.build(), Some(release)).await
}

/// Of all that tells one release of a day from another.
fn digest(told: &Told<'_>, claims: &BTreeSet<String>, terms: &TermsId, at: Timestamp) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(told.grant.id.uuid().as_bytes());
    hash.update(terms);
    hash.update(&day_of(at).to_be_bytes());
    hash.update(told.door.as_str().as_bytes());
    for claim in claims {
        hash.update(b" ");
        hash.update(claim.as_bytes());
    }
    hash.finish()
}

/// What goes through the `gate` of verified claims, of what was granted.
pub(super) async fn verified(
    app: &App,
    gate: &Gate<'_>,
    granted: &[VerifiedRequest],
) -> Result<Option<(String, Value)>, FlowError> {
    if granted.is_empty() {
        return Ok(None);
    }
    let standing = app.store.read().await?.verifications().standing(gate.citizen.id).await?;
    let told = verified_claims::told(gate, granted, &standing, app.clock.now());
    Ok(told.map(|told| (VERIFIED_CLAIMS.to_owned(), told)))
}
