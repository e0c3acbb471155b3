//! The deployment as it runs: its settings, whether everything answers, what is counted, and who is let to register applications.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Call, Reply};
use super::problem::Problem;
use super::wire::{Instant, Page};
use crate::domain::correction::Outcome;
use crate::domain::ids::{CorrectionId, DisclosureId, InitialTokenId};
use crate::domain::registration::InitialAccessToken;
use crate::domain::statistics::Figure;
use crate::flows::admin::figures::{self, Span};
use crate::flows::admin::{AdminError, corrections, disclosures, registration_tokens, resource_servers};
use crate::flows::onboarding::secret;

/// A setting in force; a secret is shown as one and never said.
#[derive(Debug, Serialize, ToSchema)]
pub struct Setting {
    key: String,
    /// As TOML writes it; absent where it is not set and has no default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    value: Option<String>,
    /// Where it came from.
    origin: String,
}

/// Whether everything answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    version: &'static str,
    identity_store: bool,
    short_lived_store: bool,
    /// Sources of revocation that do not answer.
    revocation_away: Vec<String>,
    trusted: Vec<TrustedCertificate>,
}

/// A certificate that citizens' certificates are checked with.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrustedCertificate {
    authority: String,
    subject: String,
    ends_at: Instant,
}

/// How often something happened within a span.
#[derive(Debug, Serialize, ToSchema)]
pub struct Count {
    from: Instant,
    label: String,
    /// Of waiting times the most milliseconds that what is counted took; otherwise 0.
    bound: u32,
    count: u64,
}

/// An initial access token, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistrationToken {
    id: String,
    note: String,
    uses_left: u32,
    created_at: Instant,
    expires_at: Instant,
    revoked_at: Option<Instant>,
}

/// An API that access tokens are for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceServerSummary {
    id: String,
    name: std::collections::BTreeMap<String, String>,
    scopes: Vec<String>,
    enabled: bool,
    created_at: Instant,
}

/// What a citizen says is wrong in their data.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingCorrection {
    id: String,
    citizen_id: String,
    about: String,
    words: String,
    asked_at: Instant,
}

/// The answer to a citizen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    outcome: WantedOutcome,
    #[schema(min_length = 1, max_length = 1000)]
    answer: String,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedOutcome {
    Corrected,
    Kept,
}

/// An entry of the register of lawful disclosures: whose data, and when; what the authority said is read at the counter of its register alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisclosureSummary {
    id: String,
    citizen_id: String,
    recorded_at: Instant,
    given_at: Option<Instant>,
    secret_until: Option<Instant>,
    told_at: Option<Instant>,
}

/// How another secret takes over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRotation {
    /// For how many seconds the former secret works beside it, at most 90 days.
    #[schema(maximum = 7_776_000)]
    overlap: u64,
}

/// A secret, told this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewSecret {
    client_secret: String,
    former_until: Instant,
}

pub async fn settings(call: &Call) -> Result<Reply, Problem> {
    let shown = &call.site.app.settings.in_force.0.0;
    let items = shown.iter().map(|setting| Setting {
        key: setting.key.clone(),
        value: setting.value.as_ref().map(ToString::to_string),
        origin: setting.origin.to_string(),
    });
    Reply::ok(&Page { items: items.collect(), next: None })
}

pub async fn health(call: &Call) -> Result<Reply, Problem> {
    let app = &call.site.app;
    let (identity, short_lived) = tokio::join!(app.store.ping(), app.sessions.health());
    let trusted = app.trust.standing(app.clock.now()).into_iter().map(|one| TrustedCertificate {
        authority: one.authority.clone(),
        subject: one.subject.clone(),
        ends_at: one.not_after.into(),
    });
    Reply::ok(&Health {
        version: env!("CARGO_PKG_VERSION"),
        identity_store: identity.is_ok(),
        short_lived_store: short_lived.is_ok(),
        revocation_away: app.revocation.away().into_iter().map(|name| name.to_string()).collect(),
        trusted: trusted.collect(),
    })
}

pub async fn statistics(call: &Call) -> Result<Reply, Problem> {
    let figure: Option<String> = call.query("figure")?;
    let named = |name: String| Figure::ALL.iter().copied().find(|figure| figure.as_str() == name);
    let figure = figure.and_then(named).unwrap_or(Figure::SignIn);
    let span = Span { spans: call.query("spans")?.unwrap_or(24), hours: call.query("hours")?.unwrap_or(1), ahead: 0 };
    let counted = figures::counted(&call.admin, figure, span).await?;
    let items = counted.into_iter().map(|one| Count {
        from: one.from.starts_at().into(),
        label: one.label,
        bound: one.bound,
        count: one.count,
    });
    Reply::ok(&Page { items: items.collect(), next: None })
}

pub async fn registration_tokens(call: &Call) -> Result<Reply, Problem> {
    let mut items = Vec::new();
    registration_tokens::list(&call.admin, |token: InitialAccessToken| {
        items.push(RegistrationToken {
            id: token.id.to_string(),
            note: token.note,
            uses_left: token.uses_left,
            created_at: token.created_at.into(),
            expires_at: token.expires_at.into(),
            revoked_at: token.revoked_at.map(Instant::from),
        });
        Ok::<_, AdminError>(())
    })
    .await?;
    Reply::ok(&Page { items, next: None })
}

pub async fn revoke_registration_token(call: &Call) -> Result<Reply, Problem> {
    registration_tokens::revoke(&call.admin, call.path::<InitialTokenId>("token_id")?).await?;
    Ok(Reply::done())
}

pub async fn resource_servers(call: &Call) -> Result<Reply, Problem> {
    let servers = resource_servers::list(&call.admin).await?;
    let items = servers.into_iter().map(|server| ResourceServerSummary {
        id: server.id.to_string(),
        name: super::wire::texts(&server.name),
        scopes: server.scopes.keys().map(ToString::to_string).collect(),
        enabled: server.status == crate::domain::resource::ResourceStatus::Active,
        created_at: server.created_at.into(),
    });
    Reply::ok(&Page { items: items.collect(), next: None })
}

pub async fn corrections(call: &Call) -> Result<Reply, Problem> {
    let (waiting, next) = corrections::list(&call.admin, call.after::<CorrectionId>()?, call.limit()?).await?;
    let next = call.next(next)?;
    let items = waiting.into_iter().map(|correction| WaitingCorrection {
        id: correction.id.to_string(),
        citizen_id: correction.citizen.to_string(),
        about: correction.said.about.as_str().to_owned(),
        words: correction.said.words,
        asked_at: correction.asked_at.into(),
    });
    Reply::ok(&Page { items: items.collect(), next })
}

pub async fn settle_correction(call: &Call) -> Result<Reply, Problem> {
    let settlement: Settlement = call.body()?;
    let outcome = match settlement.outcome {
        WantedOutcome::Corrected => Outcome::Corrected,
        WantedOutcome::Kept => Outcome::Kept,
    };
    let id = call.path::<CorrectionId>("correction_id")?;
    corrections::settle(&call.admin, id, outcome, &settlement.answer).await?;
    Ok(Reply::done())
}

pub async fn disclosures(call: &Call) -> Result<Reply, Problem> {
    let (entries, next) = disclosures::list(&call.admin, call.after::<DisclosureId>()?, call.limit()?).await?;
    let next = call.next(next)?;
    let items = entries.into_iter().map(|entry| DisclosureSummary {
        id: entry.id.to_string(),
        citizen_id: entry.citizen.to_string(),
        recorded_at: entry.recorded_at.into(),
        given_at: entry.given.map(|(_, at)| at.into()),
        secret_until: entry.secret_until.map(Instant::from),
        told_at: entry.told_at.map(Instant::from),
    });
    Reply::ok(&Page { items: items.collect(), next })
}

pub async fn rotate_secret(call: &Call) -> Result<Reply, Problem> {
    let wanted: SecretRotation = call.body()?;
    let overlap = std::time::Duration::from_secs(wanted.overlap);
    let rotated = secret::rotate(&call.admin, &call.path("client_id")?, overlap, None).await?;
    Reply::ok(&NewSecret {
        client_secret: rotated.secret.expose().to_owned(),
        former_until: rotated.former_until.into(),
    })
}
