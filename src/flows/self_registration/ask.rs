//! The registry is asked about somebody, after they were answered: how long it takes, and what it says, shows nowhere.

use uuid::Uuid;

use super::super::notices::{self, Post};
use super::super::sent_code::{self, LIFETIME, six_digits};
use super::super::throttle::Throttle;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};
use super::record::{self, Answered, Found, Outcome};
use crate::domain::age::Stage;
use crate::domain::audit::{self, EventKind};
use crate::domain::citizen::{Citizen, CitizenStatus};
use crate::domain::ids::{CitizenId, SignInId};
use crate::domain::message::{CodePurpose, Content, Letter, Message, Notice};
use crate::domain::registry::{Agreement, Claimed, Contact, Question, Reply};
use crate::domain::sign_in_name::SignInName;

/// Whom it is asked about.
#[derive(Debug)]
pub(super) struct Asking {
    pub sign_in: SignInId,
    pub attempt: Uuid,
    pub claimed: Claimed,
    /// What they read.
    pub language: String,
}

/// Asks, and leaves what comes of it under the attempt.
pub(super) async fn ask(app: &App, visitor: &Visitor, asking: Asking) {
    if let Err(error) = asked(app, visitor, &asking).await {
        tracing::warn!(%error, "an attempt to register could not be looked into; whoever it is asks again");
    }
}

async fn asked(app: &App, visitor: &Visitor, asking: &Asking) -> Result<(), FlowError> {
    let Some(registry) = &app.registry else { return Ok(()) };
    let answered = registry.ask(Question::Registration(&asking.claimed)).await;
    // Before anything is known of the answer: it costs the same whoever it is about.
    let there = find(app, &asking.claimed).await?;
    let expires_at = app.clock.now() + LIFETIME;
    let (outcome, answered) = match answered {
        Err(error) => (error.label(), Answered::No),
        Ok(reply) => {
            let (why, found) = decide(app, visitor, asking, &reply, there).await?;
            (why, Answered::Yes { found: record::seal_found(app, asking.sign_in, found.as_ref())? })
        }
    };
    app.metrics.self_registration(outcome);
    let event = match outcome {
        SENT => audit::Outcome::Success,
        _ => audit::Outcome::Refused,
    };
    let event = app.event(visitor, EventKind::SelfRegistrationAsked, event);
    app.record(event.with("national_id", asking.claimed.person.masked()).with("outcome", outcome));
    let key = short_lived::self_registration_outcome(asking.attempt);
    Ok(app.sessions.put(&key, &Outcome { answered, expires_at }, LIFETIME).await?)
}

async fn find(app: &App, claimed: &Claimed) -> Result<Option<Citizen>, FlowError> {
    let name = SignInName::NationalId(claimed.person.clone());
    let mut store = app.store.read().await?;
    Ok(match store.citizens().whose_name(&name).await? {
        Some(citizen) => store.citizens().find(citizen).await?,
        None => None,
    })
}

const SENT: &str = "code_sent";

/// What an answer means: one word for the operator, and whom a code was sent to.
async fn decide(
    app: &App,
    visitor: &Visitor,
    asking: &Asking,
    reply: &Reply,
    there: Option<Citizen>,
) -> Result<(&'static str, Option<Found>), FlowError> {
    let Some(record) = &reply.record else { return Ok(("unknown", None)) };
    match app.settings.registry.rules.judge(&asking.claimed, record) {
        Agreement::Agrees => {}
        Agreement::Differs(_) => return Ok(("differs", None)),
        Agreement::NotTheirs => return Ok(("not_theirs", None)),
    }
    // By the registry's word for it: what was typed may say more than that, and need not agree with it where the settings compare names.
    let born = record.birthdate.unwrap_or(asking.claimed.birthdate);
    if app.settings.identity.ages.stage(Some(born), app.clock.now()) != Stage::OfAge {
        return Ok(("too_young", None));
    }
    let post = Post::of(app);
    let citizen = match there {
        None => CitizenId::new(post.now, &*app.random),
        // Somebody was entered by the authority, and this is them.
        Some(entered) if entered.status == CitizenStatus::Registered => entered.id,
        Some(owner) => {
            warn(app, visitor, &owner).await?;
            return Ok(("taken", None));
        }
    };
    let Some(contact) = record.reachable(|contact| post.reaches(contact.channel, &contact.to)) else {
        return Ok(("unreachable", None));
    };
    let order = sent_code::Order {
        purpose: CodePurpose::Registration,
        bound_to: asking.attempt,
        channel: contact.channel,
        to: &contact.to,
    };
    let number = app.store.name_tag(&SignInName::NationalId(asking.claimed.person.clone()))?;
    let whom = short_lived::codes_to_stranger(&number);
    if sent_code::budget(app, visitor, whom, order).await? != Throttle::Open {
        return Ok(("over_budget", None));
    }
    let found = Found::new(six_digits(&*app.random), citizen, contact, record, &reply.evidence);
    send(app, asking, &found, contact);
    Ok((SENT, Some(found)))
}

fn send(app: &App, asking: &Asking, found: &Found, contact: &Contact) {
    let now = app.clock.now();
    let content =
        Content::Code { purpose: CodePurpose::Registration, code: found.code.clone(), expires_at: now + LIFETIME };
    let letter = Letter { to: contact.to.clone(), language: asking.language.clone(), content };
    app.post.hand_over(Message::new(found.citizen, contact.channel, letter, now, &*app.random));
}

/// Whoever has the account is told that somebody else wanted one in their name; or that they have one, where it was they themselves.
async fn warn(app: &App, visitor: &Visitor, owner: &Citizen) -> Result<(), FlowError> {
    if !matches!(owner.status, CitizenStatus::Active | CitizenStatus::Locked) {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    let event = app.event(visitor, Notice::RegistrationTried.event(), audit::Outcome::Refused);
    notices::tell_of(&Post::of(app), &mut tx, owner.id, Notice::RegistrationTried, event).await?;
    tx.commit().await?;
    app.post.wake();
    Ok(())
}

/// Whether the registry gave no answer that could be believed.
pub(super) const fn is_unanswered(outcome: &Outcome) -> bool {
    matches!(outcome.answered, Answered::No)
}
