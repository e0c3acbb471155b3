//! The Admin API as a resource server of SenID's own: what its access tokens are for, who comes in with one (RFC 9068, RFC 9449,
//! RFC 8705), and which requests were done before (draft-ietf-httpapi-idempotency-key-header).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Rate;
use crate::crypto::hash::hash_secret;
use crate::crypto::seal::Context;
use crate::domain::administration::{Area, Care};
use crate::domain::audit::Outcome;
use crate::domain::client::Localised;
use crate::domain::ids::RequestId;
use crate::domain::policies;
use crate::domain::resource::{ResourceId, ResourceServer, ScopeTerms};
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;
use crate::flows::client_request::Sender;
use crate::flows::visitor::Visitor;
use crate::flows::{App, FlowError, access_token, sender, short_lived};
use crate::protocol::OAuthError;
use crate::protocol::policy::Moment;
use crate::protocol::presented_token::PresentedToken;
use crate::sessions::Claim;
use crate::storage::EventSearch;

use super::admin::Administrator;
use super::admin::entry::{self, DOOR, Entry};

/// Before the area in the name of a scope.
const SCOPE: &str = "senid.admin.";
/// More than any program that somebody sits in front of sends; each administrator's requests count together.
const REQUESTS: Rate = Rate { most: 3000, window: Duration::from_secs(60) };
/// More keys than anybody chooses for requests that have to be done once.
const KEYS: Rate = Rate { most: 1000, window: Duration::from_secs(3600) };
/// Events that are looked at together.
const EVENTS: u32 = 200;
/// How long it is known what a key stands for.
const KEPT: Duration = Duration::from_secs(86_400);

/// Whom tokens of the Admin API are for: its address.
pub fn resource_id(issuer: &str) -> ResourceId {
    ResourceId::below(issuer, "/admin/api/v1")
}

/// The scope that is good for an area.
pub fn scope_of(area: Area) -> String {
    format!("{SCOPE}{area}")
}

/// Whether a scope is one of these.
pub fn is_own_scope(scope: &str) -> bool {
    scope.starts_with(SCOPE)
}

/// The Admin API as every other resource server is known. All of its scopes are sensitive: a client that may ask for one is held to
/// FAPI 2.0 where the settings leave that as it is, and [`enter`] asks for it again.
pub fn resource(issuer: &str) -> ResourceServer {
    let terms = |area: &Area| {
        let scope = scope_of(*area).parse().ok()?;
        let description = Localised::plain(format!("Administration: {area}"));
        Some((scope, ScopeTerms { description, sensitive: true }))
    };
    ResourceServer {
        name: Localised::plain("SenID Admin API"),
        scopes: Area::ALL.iter().filter_map(terms).collect::<BTreeMap<_, _>>(),
        ..ResourceServer::new(resource_id(issuer), Timestamp::EPOCH)
    }
}

/// Why nobody comes in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The token is at fault, or the proof of its key.
    #[error(transparent)]
    Token(OAuthError),
    /// They hold a role, and have to sign in again.
    #[error("prove again who you are")]
    StepUp,
    /// Nothing that they sign in with is enough.
    #[error("nothing that they sign in with is enough")]
    Unable,
    #[error("whoever signed in holds no role")]
    Nobody,
    #[error("too many requests")]
    TooOften { retry_after: Duration },
    #[error(transparent)]
    Flow(FlowError),
}

impl From<FlowError> for Refused {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Refused(error) => Self::Token(error),
            other => Self::Flow(other),
        }
    }
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self::Token(error)
    }
}

/// Who comes with an access token: the person who granted it, for as long as the grant and their session stand and they hold a role.
///
/// # Errors
/// Why not; `invalid_token` for every token that is not this API's, not bound to a key of the sender's, or of a program alone.
pub async fn enter(
    app: &App,
    visitor: &Visitor,
    token: &PresentedToken,
    sender: &Sender,
) -> Result<Administrator, Refused> {
    let presented = access_token::open(app, token.token.expose()).await?.map_err(OAuthError::from)?;
    let own = resource_id(app.issuer());
    // For this API and nobody else: whoever else is sent it could come here with it.
    if presented.token.audience != [own] {
        let told = "the access token is not for this API, or not for it alone: name it as the resource when asking";
        return Err(OAuthError::invalid_token(told).into());
    }
    let Some(binding) = presented.token.binding else {
        return Err(OAuthError::invalid_token("the access token is bound to no key").into());
    };
    sender::hold(app, Some(binding), token, sender).await?;
    let ended = || OAuthError::invalid_token("the access token was revoked, or its session is over");
    let live = access_token::live(app, &presented).await?.ok_or_else(ended)?;
    let Some(grant) = live.grant.filter(|_| presented.token.actors.is_empty()) else {
        return Err(OAuthError::invalid_token("the access token is a program's own: people administer").into());
    };
    let grant = grant.grant;
    if grant.acting.is_some() {
        return Err(OAuthError::invalid_token("nobody administers in the name of an organisation").into());
    }
    let moment = Moment::ResourceRequest { place: token.place, binding: presented.token.binding };
    app.policy(&live.client).hold(&moment).map_err(FlowError::from)?;
    if !is_fapi(app, &live.client) {
        return Err(OAuthError::invalid_token("the client of the access token is not held to FAPI 2.0").into());
    }
    // What the client has lost since counts for nothing.
    let scope = presented.token.scope.intersection(&grant.scope).intersection(&live.client.scopes);
    let entered = entry::by_token(app, visitor, &grant.authentication, areas(&scope)).await?;
    let admin = match entered {
        Entry::Open(admin) => *admin,
        Entry::StepUp => return Err(Refused::StepUp),
        Entry::Unable => return Err(Refused::Unable),
        Entry::Nobody => return Err(Refused::Nobody),
        Entry::Ended => return Err(ended().into()),
    };
    count(app, &admin).await?;
    Ok(admin)
}

/// Counts a request of theirs, by whichever of their programs, or from the page where it is tried.
///
/// # Errors
/// `TooOften`.
pub async fn count(app: &App, admin: &Administrator) -> Result<(), Refused> {
    let counted = app.sessions.count(&short_lived::admin_requests(&admin.actor.to_text()), REQUESTS.window).await;
    match counted.map_err(FlowError::from)? > u64::from(REQUESTS.most) {
        true => Err(Refused::TooOften { retry_after: REQUESTS.window }),
        false => Ok(()),
    }
}

fn areas(scope: &ScopeSet) -> BTreeSet<Area> {
    Area::ALL.iter().copied().filter(|area| scope.contains(&scope_of(*area))).collect()
}

/// Whether the client is held to all of FAPI 2.0, whatever the settings demand of others.
fn is_fapi(app: &App, client: &crate::domain::client::Client) -> bool {
    let rules = |name: &crate::domain::client::PolicyName| app.settings.policies.rules(name).unwrap_or_default();
    let demanded = policies::BUILT_IN.into_iter().find(|(name, _)| *name == policies::FAPI2);
    demanded.is_some_and(|(_, demanded)| demanded.iter().all(|rule| rules(&client.policy.set).contains(rule)))
}

/// How old a proof may be for what takes this care.
pub fn longest(app: &App, care: Care) -> Duration {
    match care {
        Care::Ordinary => app.settings.administration.proof,
        Care::Sensitive => app.settings.administration.sensitive_proof,
    }
}

/// What to ask for so that the door opens: those of the `acr` values that demand it, with spaces between them.
pub fn acr(app: &App) -> String {
    let enough = app.settings.acr.iter().filter(|(_, requirement)| requirement.and(DOOR) == *requirement);
    enough.map(|(value, _)| value).collect::<Vec<_>>().join(" ")
}

/// A request with an `Idempotency-Key`.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// As the audit log names them: keys are each administrator's own.
    pub actor: String,
    pub operation: &'static str,
    pub key: String,
    /// Of all that it says.
    pub fingerprint: [u8; 32],
    /// The request that it comes with now.
    pub request: RequestId,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeated {
    First,
    /// It was begun, and what became of it is not known yet.
    Underway,
    /// It stands for a request that says something else.
    Another,
    /// It was done, and this was answered.
    Done(Vec<u8>),
    /// It was done, at least in part, and the server was stopped before it could keep what it answered.
    Unanswered,
}

/// What stands in the short-lived store under a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    fingerprint: [u8; 32],
    begun_at: Timestamp,
    /// The request that began it, which events name.
    request: String,
    /// Sealed: an answer may hold a secret. None while it is under way.
    answer: Option<Vec<u8>>,
}

impl Attempt {
    fn hash(&self) -> SecretHash {
        // No actor, operation or key contains a NUL.
        hash_secret(format!("{}\0{}\0{}", self.actor, self.operation, self.key).as_bytes())
    }

    fn context(&self) -> Context {
        Context::new("admin_api.answer", self.hash().as_bytes())
    }
}

/// Begins a request under its key: of many at once one is the first.
///
/// # Errors
/// `TooOften` for more keys than anybody has use for.
pub async fn begin(app: &App, attempt: &Attempt) -> Result<Repeated, FlowError> {
    let key = short_lived::admin_attempt(&attempt.hash());
    let begun = Kept {
        fingerprint: attempt.fingerprint,
        begun_at: app.clock.now(),
        request: attempt.request.to_string(),
        answer: None,
    };
    if let Some(kept) = app.sessions.get(&key).await? {
        let is_abandoned = kept.answer.is_none() && kept.begun_at + abandoned_after(app) < app.clock.now();
        return match kept.fingerprint == attempt.fingerprint && is_abandoned {
            true => begin_anew(app, attempt, &kept, &begun).await,
            false => known(app, attempt, kept),
        };
    }
    if app.sessions.count(&short_lived::admin_keys(&attempt.actor), KEYS.window).await? > u64::from(KEYS.most) {
        return Err(FlowError::TooOften { retry_after: KEYS.window });
    }
    if app.sessions.claim(&key, &begun, KEPT).await? == Claim::Won {
        return Ok(Repeated::First);
    }
    match app.sessions.get(&key).await? {
        Some(kept) => known(app, attempt, kept),
        None => Ok(Repeated::Underway),
    }
}

/// No request lives as long as this: whoever began it was stopped, or ran out of time, and nothing more comes of it.
fn abandoned_after(app: &App) -> Duration {
    2 * app.settings.limits.request_timeout + Duration::from_secs(1)
}

/// Begins again what a server began that was stopped meanwhile, unless it had been done: its events are in the transaction of what they
/// tell of, so where there is none of that request nothing was done. Of many at once one is the first again.
async fn begin_anew(app: &App, attempt: &Attempt, abandoned: &Kept, begun: &Kept) -> Result<Repeated, FlowError> {
    let until = abandoned.begun_at + abandoned_after(app);
    if was_done(app, &attempt.actor, abandoned, until).await? {
        return Ok(Repeated::Unanswered);
    }
    let turn = hash_secret(&[attempt.hash().as_bytes(), abandoned.request.as_bytes()].concat());
    if app.sessions.claim(&short_lived::admin_attempt(&turn), begun, KEPT).await? != Claim::Won {
        return Ok(Repeated::Underway);
    }
    app.sessions.put(&short_lived::admin_attempt(&attempt.hash()), begun, KEPT).await?;
    Ok(Repeated::First)
}

/// Whether an event tells of anything that was done in that request.
async fn was_done(app: &App, actor: &str, abandoned: &Kept, until: Timestamp) -> Result<bool, FlowError> {
    let search = EventSearch {
        actor: Some(actor.to_owned()),
        outcome: Some(Outcome::Success),
        since: Some(abandoned.begun_at),
        until: Some(until),
        ..EventSearch::default()
    };
    let mut before = None;
    let mut tx = app.store.begin().await?;
    loop {
        let page = tx.audit().search_all(&search, before, EVENTS).await?;
        if page.items.iter().any(|found| found.event.request.as_deref() == Some(&abandoned.request)) {
            return Ok(true);
        }
        match page.next {
            Some(next) => before = Some(next),
            None => return Ok(false),
        }
    }
}

fn known(app: &App, attempt: &Attempt, kept: Kept) -> Result<Repeated, FlowError> {
    if kept.fingerprint != attempt.fingerprint {
        return Ok(Repeated::Another);
    }
    match kept.answer {
        None => Ok(Repeated::Underway),
        Some(sealed) => Ok(Repeated::Done(app.keys.open_short_lived(&attempt.context(), &sealed)?.to_vec())),
    }
}

/// Keeps what was answered.
pub async fn keep(app: &App, attempt: &Attempt, answer: &[u8]) -> Result<(), FlowError> {
    let sealed = app.keys.seal_short_lived(&attempt.context(), answer, &*app.random)?;
    let kept = Kept {
        fingerprint: attempt.fingerprint,
        begun_at: app.clock.now(),
        request: attempt.request.to_string(),
        answer: Some(sealed),
    };
    Ok(app.sessions.put(&short_lived::admin_attempt(&attempt.hash()), &kept, KEPT).await?)
}

/// Nothing was done under the key: it stands for nothing.
pub async fn forget(app: &App, attempt: &Attempt) -> Result<(), FlowError> {
    Ok(app.sessions.delete(&short_lived::admin_attempt(&attempt.hash())).await?)
}
