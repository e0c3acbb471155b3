//! Citizens: masked, and in full for a reason that is recorded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Call, Reply};
use super::problem::Problem;
use super::wire::{Instant, Page, Reason, reason};
use crate::domain::account_life;
use crate::domain::ids::CitizenId;
use crate::flows::admin::change_status::{self, Change};
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::list_citizens;
use crate::flows::admin::show_citizen::{self, Shown, Sight};

/// A citizen in a list, masked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CitizenSummary)]
pub struct Summary {
    id: String,
    status: &'static str,
    account_level: i16,
    national_id: String,
    name: String,
    updated_at: Instant,
}

/// A citizen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Citizen {
    id: String,
    status: &'static str,
    account_level: i16,
    /// `masked`, or `revealed` where it was asked for with a reason.
    sight: &'static str,
    /// Claim by claim, as it is seen.
    claims: BTreeMap<String, String>,
    aliases: Vec<Alias>,
    password: Option<Password>,
    created_at: Instant,
    updated_at: Instant,
}

/// A number beside the national identifier.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alias {
    kind: &'static str,
    number: String,
    since: Instant,
    until: Option<Instant>,
    /// Somebody else has it, too, and it finds neither.
    shared: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasswordState)]
pub struct Password {
    changed_at: Instant,
    failures_in_a_row: u32,
}

/// By what a citizen is looked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CitizenSearch)]
pub struct Search {
    /// A national identifier, a verified telephone number or e-mail address, or an id.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// To which state an account is to be taken, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    transition: Transition,
    /// It stands in the audit log.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// `decease` records that its owner has died.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    Activate,
    Lock,
    Unlock,
    Suspend,
    Resume,
    Decease,
    Close,
}

/// What became of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusChanged {
    id: String,
    status: &'static str,
    /// Whether it was anything else before.
    changed: bool,
    sessions_ended: u64,
}

pub async fn list(call: &Call) -> Result<Reply, Problem> {
    let page = list_citizens::list(&call.admin, call.query("status")?, call.after()?, call.limit()?).await?;
    let next = call.next(page.next)?;
    let scheme = call.admin.settings.national_id.default_scheme();
    let summary = |citizen: &crate::domain::citizen::Citizen| {
        let claims: BTreeMap<_, _> = show_citizen::particulars(citizen, &Sight::Masked, scheme).into_iter().collect();
        let claim = |name: &str| claims.get(name).cloned().unwrap_or_default();
        Summary {
            id: citizen.id.to_string(),
            status: citizen.status.as_str(),
            account_level: citizen.account_level.into(),
            national_id: claim("national_id"),
            name: claim("name"),
            updated_at: citizen.updated_at.into(),
        }
    };
    Reply::ok(&Page { items: page.items.iter().map(summary).collect(), next })
}

pub async fn find(call: &Call) -> Result<Reply, Problem> {
    let search: Search = call.body()?;
    let scheme = call.admin.settings.national_id.default_scheme();
    let who = Who::parse(&search.name, scheme).map_err(|_| {
        Problem::at(
            "/name".to_owned(),
            "expected a citizen's id, a national identifier, a phone number or an e-mail address",
        )
    })?;
    see(call, &who, &Sight::Masked).await
}

pub async fn show(call: &Call) -> Result<Reply, Problem> {
    see(call, &who(call)?, &Sight::Masked).await
}

pub async fn reveal(call: &Call) -> Result<Reply, Problem> {
    let said: Reason = call.body()?;
    let reason = reason(&said.reason)?.to_owned();
    see(call, &who(call)?, &Sight::Revealed { reason }).await
}

pub async fn change_status(call: &Call) -> Result<Reply, Problem> {
    let wanted: StatusChange = call.body()?;
    let reason = reason(&wanted.reason)?;
    let changed =
        change_status::change_status(&call.admin, &who(call)?, wanted.transition.into(), Some(reason)).await?;
    let sessions_ended = changed.sessions.counted();
    Reply::ok(&StatusChanged {
        id: changed.citizen.to_string(),
        status: changed.status.as_str(),
        changed: changed.change == Change::Done,
        sessions_ended,
    })
}

pub(super) fn who(call: &Call) -> Result<Who, Problem> {
    call.path::<CitizenId>("citizen_id").map(Who::Id)
}

async fn see(call: &Call, who: &Who, sight: &Sight) -> Result<Reply, Problem> {
    let Shown { citizen, particulars, password, aliases } = show_citizen::show(&call.admin, who, sight).await?;
    let alias = |alias: show_citizen::ShownAlias| Alias {
        kind: alias.kind.as_str(),
        number: alias.number,
        since: alias.since.into(),
        until: alias.until.map(Instant::from),
        shared: alias.shared,
    };
    Reply::ok(&Citizen {
        id: citizen.id.to_string(),
        status: citizen.status.as_str(),
        account_level: citizen.account_level.into(),
        sight: match sight {
            Sight::Masked => "masked",
            Sight::Revealed { .. } => "revealed",
        },
        claims: particulars.into_iter().map(|(claim, text)| (claim.into_owned(), text)).collect(),
        aliases: aliases.into_iter().map(alias).collect(),
        password: password
            .map(|state| Password { changed_at: state.changed_at.into(), failures_in_a_row: state.failures_in_a_row }),
        created_at: citizen.created_at.into(),
        updated_at: citizen.updated_at.into(),
    })
}

impl From<Transition> for account_life::Transition {
    fn from(wanted: Transition) -> Self {
        match wanted {
            Transition::Activate => Self::Activate,
            Transition::Lock => Self::Lock,
            Transition::Unlock => Self::Unlock,
            Transition::Suspend => Self::Suspend,
            Transition::Resume => Self::Resume,
            Transition::Decease => Self::Decease,
            Transition::Close => Self::Close,
        }
    }
}
