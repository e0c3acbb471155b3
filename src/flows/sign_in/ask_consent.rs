//! The person is asked whether the portal may receive what it asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::citizen::Citizen;
use crate::domain::claims;
use crate::domain::client::{Client, LegalBasis, Localised};
use crate::domain::consent::{Answer, Asked as AskedClaims, Required};
use crate::domain::grant::Authentication;
use crate::domain::linked_account::LinkedAccount;
use crate::domain::mandate::InWhoseName;
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State, Step};
use crate::domain::verification::Verification;
use crate::domain::verified_claims;
use crate::protocol::OAuthError;
use crate::protocol::authorization_details::Types;
use crate::storage::{Held, Standing};

use super::super::organisation::acting;
use super::super::resource_servers::{Service, services};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, consent, short_lived};
use super::{Next, finish, in_whose_name, save, step_up};

/// What the consent page shows.
#[derive(Debug)]
pub struct Question {
    pub client: Arc<Client>,
    pub request: Box<AuthorizationRequest>,
    /// What tells what is asked for in structures of its own (RFC 9396).
    pub details_types: Arc<Types>,
    /// On which the client is told what nothing else is said of.
    pub basis: LegalBasis,
    /// Claims with the values that would be sent, masked where a glance over a shoulder should not read them.
    pub items: Vec<Item>,
    /// Claims of which nothing is known today: allowing covers them, should that change.
    pub unknown: Vec<String>,
    /// The person would not have the client know those, when they were asked before.
    pub unknown_left_out: bool,
    /// What the portal may do at resource servers.
    pub services: Vec<Service>,
    /// The portal may come back for fresh data while the person is away.
    pub offline: bool,
    /// By which mandate the person acts, where it is in an organisation's name.
    pub acting: Option<Held>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    pub claim: String,
    pub value: Preview,
    /// Where it is not what the client asks everything for.
    pub purpose: Option<Localised>,
    pub standing: ItemStanding,
}

/// What the person can do about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemStanding {
    Required(Required),
    /// It is theirs to leave out.
    Voluntary,
    /// They left it out when they were asked before.
    LeftOut,
}

/// A value as the page shows it.
#[derive(Debug, PartialEq, Eq)]
pub enum Preview {
    Text(String),
    /// A birth date, for the page to write in the person's language.
    Date(String),
    Gender(String),
    Level(i16),
    Flag(bool),
    /// Seconds since the Unix epoch.
    Moment(i64),
    /// Nothing is known; nothing would be sent.
    Nothing,
}

impl Preview {
    /// The same in other languages beside it.
    fn and_also(self, others: BTreeMap<String, Value>) -> Self {
        match self {
            Self::Text(text) => {
                let others = others.values().filter_map(Value::as_str).map(|other| format!(" · {other}"));
                Self::Text(others.fold(text, |all, other| all + &other))
            }
            other => other,
        }
    }
}

/// What there is to show.
#[derive(Debug)]
pub enum Asked {
    Question(Box<Question>),
    /// Another step comes next in this sign-in.
    OutOfOrder,
    /// There is nobody to ask any more, and the client has been told.
    Over(Next),
}

/// The question, if it comes next in this sign-in.
pub async fn question(app: &App, sign_in: &SignIn) -> Result<Asked, FlowError> {
    let (Purpose::Client(request), State::Authenticated(authentication)) = (&sign_in.purpose, &sign_in.state) else {
        return Ok(Asked::OutOfOrder);
    };
    // Whoever has proven half of what is needed is asked nothing and shown nothing yet.
    if step_up::missing(app, sign_in).await?.is_some()
        || in_whose_name::is_due(app, sign_in, request, authentication).await?
    {
        return Ok(Asked::OutOfOrder);
    }
    let Some(client) = app.clients.find(app, &request.client_id).await? else {
        return Ok(Asked::OutOfOrder);
    };
    let citizen = app.store.read().await?.citizens().find(authentication.citizen).await?;
    // A lock that this server's own memory has not heard of: what is known of the person is not shown any more.
    let Some(citizen) = citizen.filter(|citizen| Standing::of(citizen).honours(authentication)) else {
        let why = OAuthError::access_denied("the account is locked, or was signed out everywhere");
        return Ok(Asked::Over(finish::refuse(app, sign_in.clone(), why).await?));
    };
    let acting = match sign_in.in_whose_name.and_then(InWhoseName::acting) {
        Some(acting) => acting::find(app, &client, citizen.id, acting).await?,
        None => None,
    };
    Ok(Asked::Question(Box::new(Question { acting, ..of(app, client, &citizen, request).await? })))
}

/// What `citizen` is asked who is to answer this request of `client`.
pub(in crate::flows) async fn of(
    app: &App,
    client: Arc<Client>,
    citizen: &Citizen,
    request: &AuthorizationRequest,
) -> Result<Question, FlowError> {
    let registry = app.resource_servers.registry(app).await?;
    let details_types = match request.authorization_details.is_empty() {
        true => Arc::default(),
        false => app.details_types.all(app).await?,
    };
    let before = consent::recall(app, citizen.id, &client.id).await?;
    let declined = before.map(|consent| consent.declined).unwrap_or_default();
    let asked = request.asks(&client);
    let standing = match request.claims.verified.is_empty() {
        true => Vec::new(),
        false => app.store.read().await?.verifications().standing(citizen.id).await?,
    };
    let links = match asked.names.contains(claims::LINKED_ACCOUNTS) {
        true => app.store.read().await?.linked_accounts().at_client(citizen.id, &client.id).await?,
        false => Vec::new(),
    };
    let known = Known { citizen, standing: &standing, links: &links };
    let unknown = unknown(&known, &asked);
    Ok(Question {
        details_types,
        basis: client.basis(""),
        items: items(&known, &client, request, (&asked, &declined)),
        unknown_left_out: unknown.iter().any(|claim| declined.contains(claim)),
        unknown,
        client,
        services: services(&registry, &request.scope),
        offline: request.scope.contains("offline_access"),
        acting: None,
        request: Box::new(request.clone()),
    })
}

/// What there is to tell of a person.
struct Known<'a> {
    citizen: &'a Citizen,
    /// The verifications that hold.
    standing: &'a [Verification],
    /// The accounts that they had with the client.
    links: &'a [LinkedAccount],
}

impl Known<'_> {
    fn preview(&self, request: &AuthorizationRequest, claim: &str) -> Option<Preview> {
        let citizen = self.citizen;
        match verified_claims::inner(claim) {
            None if claim == claims::LINKED_ACCOUNTS => self.accounts(),
            None => {
                let value = preview(citizen, claim, &claims::value(citizen, claim)?);
                Some(value.and_also(in_languages(citizen, request, claim)))
            }
            Some(verified_claims::EVIDENCE) => self.evidence(),
            Some(inner) => {
                let value = |verification| verified_claims::value(citizen, verification, inner);
                Some(preview(citizen, inner, &self.standing.iter().find_map(value)?))
            }
        }
    }

    fn accounts(&self) -> Option<Preview> {
        let shown: Vec<String> = self.links.iter().map(|link| link.account.shown()).collect();
        (!shown.is_empty()).then(|| Preview::Text(shown.join(", ")))
    }

    /// The names of the trust frameworks: what stands in the evidence is not read over a shoulder.
    fn evidence(&self) -> Option<Preview> {
        let names: BTreeSet<&str> = self.standing.iter().map(|one| one.statement.trust_framework.as_str()).collect();
        (!names.is_empty()).then(|| Preview::Text(Vec::from_iter(names).join(", ")))
    }
}

fn items(
    known: &Known<'_>,
    client: &Client,
    request: &AuthorizationRequest,
    (asked, declined): (&AskedClaims, &BTreeSet<String>),
) -> Vec<Item> {
    rows(asked)
        .filter_map(|claim| {
            let purpose = client.purpose(claim);
            Some(Item {
                value: known.preview(request, claim)?,
                purpose: (*purpose != client.display.purpose).then(|| purpose.clone()),
                standing: match asked.required(claim) {
                    Some(why) => ItemStanding::Required(why),
                    None if declined.contains(claim) => ItemStanding::LeftOut,
                    None => ItemStanding::Voluntary,
                },
                claim: claim.to_owned(),
            })
        })
        .collect()
}

fn unknown(known: &Known<'_>, asked: &AskedClaims) -> Vec<String> {
    let is_known = |claim: &str| match verified_claims::inner(claim) {
        None if claim == claims::LINKED_ACCOUNTS => !known.links.is_empty(),
        None => claims::value(known.citizen, claim).is_some(),
        Some(verified_claims::EVIDENCE) => !known.standing.is_empty(),
        Some(inner) => known.standing.iter().any(|one| verified_claims::value(known.citizen, one, inner).is_some()),
    };
    rows(asked).filter(|claim| !is_known(claim)).map(str::to_owned).collect()
}

/// The claims that are shown, in the table's order and the verified ones after them.
fn rows(asked: &AskedClaims) -> impl Iterator<Item = &str> {
    let rows: BTreeSet<&str> = asked.rows().collect();
    claims::worth_telling(&asked.names).filter(move |claim| rows.contains(claim))
}

/// The claim as it would be sent in other languages beside.
fn in_languages(citizen: &Citizen, request: &AuthorizationRequest, claim: &str) -> BTreeMap<String, Value> {
    let asked = &request.claims;
    let by_name = asked.userinfo.keys().chain(asked.id_token.keys());
    let by_name = by_name.filter(|name| matches!(claims::untagged(name), (own, Some(_)) if own == claim));
    let by_locale = asked.locales.iter().filter_map(|wanted| claims::in_language(citizen, claim, wanted));
    by_name.filter_map(|name| claims::named(citizen, name)).chain(by_locale).collect()
}

fn preview(citizen: &Citizen, claim: &str, value: &Value) -> Preview {
    match (claim, value) {
        ("national_id", _) => Preview::Text(citizen.national_id.masked()),
        ("birthdate", Value::String(date)) => Preview::Date(date.clone()),
        ("gender", Value::String(gender)) => Preview::Gender(gender.clone()),
        ("account_level", Value::Number(level)) => {
            Preview::Level(level.as_i64().and_then(|level| i16::try_from(level).ok()).unwrap_or_default())
        }
        ("updated_at", Value::Number(seconds)) => Preview::Moment(seconds.as_i64().unwrap_or_default()),
        ("phone_number", Value::String(number)) => Preview::Text(mask_tail(number)),
        ("address", Value::Object(address)) => match address.get("formatted").and_then(Value::as_str) {
            Some(formatted) => Preview::Text(formatted.to_owned()),
            None => {
                let parts: Vec<&str> = address.values().filter_map(Value::as_str).collect();
                Preview::Text(parts.join(", "))
            }
        },
        (_, Value::String(text)) => Preview::Text(text.clone()),
        (_, Value::Bool(flag)) => Preview::Flag(*flag),
        _ => Preview::Nothing,
    }
}

/// All but the calling code and the last three digits hidden.
fn mask_tail(number: &str) -> String {
    let count = number.chars().count();
    number.chars().enumerate().map(|(at, c)| if at < 3 || at + 3 >= count { c } else { '•' }).collect()
}

/// The person allows it, but what they left out.
pub async fn allow(
    app: &App,
    visitor: &Visitor,
    sign_in: SignIn,
    answer: &Answer,
) -> Result<Result<SignIn, OutOfOrder>, FlowError> {
    let Some((request, authentication)) = asked(&sign_in) else {
        return Ok(Err(OutOfOrder));
    };
    // Nor can they allow anything.
    if step_up::missing(app, &sign_in).await?.is_some()
        || in_whose_name::is_due(app, &sign_in, request, authentication).await?
    {
        return Ok(Err(OutOfOrder));
    }
    let client = app.clients.load(app, &request.client_id).await?;
    // Where more is asked by now than the page showed, the question stands.
    let Some(choice) = answer.choice(&request.asks(&client)) else {
        return Ok(Err(OutOfOrder));
    };
    consent::grant(app, visitor, &client, request, (authentication.citizen, choice)).await?;
    match sign_in.consent() {
        Ok(sign_in) => Ok(save(app, &sign_in).await?.map(|()| sign_in)),
        Err(fault) => Ok(Err(fault)),
    }
}

/// The person does not allow it: the client is told, and the sign-in is gone. The session stays: they have signed in.
pub async fn deny(app: &App, visitor: &Visitor, sign_in: SignIn) -> Result<Next, FlowError> {
    let Some((request, authentication)) = asked(&sign_in) else {
        return Ok(Next::Page(sign_in.next_step()));
    };
    let client = app.clients.load(app, &request.client_id).await?;
    let event = app
        .event(visitor, EventKind::ConsentDenied, Outcome::Success)
        .by(Actor::Citizen(authentication.citizen))
        .about(authentication.citizen)
        .of(&request.client_id)
        .with("scope", &request.scope)
        .with("claims", consent::names(&request.asks(&client).names));
    let event = consent::with_details(event, request);
    if app.sessions.take(&short_lived::sign_in(sign_in.id)).await?.is_none() {
        return Ok(Next::Page(Step::Identify));
    }
    app.record(event);
    let refusal = OAuthError::access_denied("the person did not allow it");
    finish::refusal(app, &sign_in.purpose, refusal).await
}

fn asked(sign_in: &SignIn) -> Option<(&AuthorizationRequest, &Authentication)> {
    match (&sign_in.purpose, &sign_in.state) {
        (Purpose::Client(request), State::Authenticated(authentication)) => Some((request, authentication)),
        _ => None,
    }
}
