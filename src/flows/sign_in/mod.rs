//! A sign-in under way: begun here, loaded for the browser that began it and no other, and led from step to step.
//!
//! | step | file |
//! |---|---|
//! | how do you get an account (`prompt=create`) | [`create`] |
//! | who are you | [`identify`], or one of [`people`] |
//! | prove it with a password | [`password`] |
//! | prove more with a code of an application, of a list or of a message | [`totp`], [`recovery_code`], [`sms`], [`second_step`] |
//! | prove it with a code from an officer | [`counter`] |
//! | what every proof ends with | [`prove`] |
//! | what is still missing | [`step_up`] |
//! | in whose name | [`in_whose_name`] |
//! | may the portal receive this | [`ask_consent`] |
//! | the answer | [`finish`] |

pub mod ask_consent;
pub mod counter;
pub mod create;
pub mod finish;
pub mod identify;
pub mod in_whose_name;
pub mod password;
pub mod people;
pub mod prove;
pub mod recovery_code;
pub mod second_step;
pub mod sms;
pub mod step_up;
pub mod totp;
pub mod whom;

use crate::crypto::hash::hash_secret;
use crate::domain::assurance::Requirement;
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::ids::{CitizenId, SignInId};
use crate::domain::secret::SecretString;
use crate::domain::session::Remember;
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State, Step};
use crate::protocol::OAuthError;
use crate::protocol::authorize::Delivery;

use super::session::CurrentSession;
use super::visitor::Visitor;
use super::{App, FlowError, cookie_secret, session, short_lived};

/// A sign-in that was just begun, and the browser's cookie if it had none.
#[derive(Debug)]
pub struct Begun {
    pub sign_in: SignIn,
    pub browser: Option<SecretString>,
}

/// Why a sign-in's page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It has expired, was answered, or never was: which of them is nobody's business.
    Gone,
    /// Another browser began it. Someone may have sent the person a link to a sign-in of their own.
    OtherBrowser,
}

/// What comes after a step.
#[derive(Debug)]
pub enum Next {
    Page(Step),
    /// Leave for the client, with its answer.
    Client(Delivery),
    /// Leave for an account page.
    Account(String),
}

/// Begins a sign-in for `purpose`; [`enter`] stores it.
pub async fn begin(app: &App, visitor: &Visitor, purpose: Purpose) -> Result<Begun, FlowError> {
    let now = app.clock.now();
    let (browser, cookie) = match visitor.browser {
        Some(browser) => (browser, None),
        None => {
            let cookie = cookie_secret(&*app.random);
            (hash_secret(cookie.expose().as_bytes()), Some(cookie))
        }
    };
    let sign_in = SignIn {
        id: SignInId::new(now, &*app.random),
        browser,
        state: SignIn::beginning(&purpose),
        purpose,
        demanded: Requirement::NONE,
        remember: Remember::Device,
        in_whose_name: None,
        started_at: now,
        expires_at: now + app.settings.lifetimes.sign_in,
    };
    Ok(Begun { sign_in, browser: cookie })
}

/// Begins a sign-in to the person's own account pages, as strong as `least` where they have what it takes.
pub async fn begin_for_account(
    app: &App,
    visitor: &Visitor,
    return_to: String,
    least: Requirement,
) -> Result<Begun, FlowError> {
    let begun = begin(app, visitor, Purpose::Account { return_to, least }).await?;
    enter(app, &begun.sign_in).await?;
    Ok(begun)
}

/// As [`begin_for_account`], within the session that there is: exactly what it lacks of `least` is asked for.
pub async fn step_up_for_account(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    return_to: String,
    least: Requirement,
) -> Result<Begun, FlowError> {
    within(app, visitor, current, Purpose::Account { return_to, least }).await
}

/// The ceremony in which a certificate is added to the account of whoever is signed in.
pub async fn begin_for_certificate(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    all_is_theirs: bool,
) -> Result<Begun, FlowError> {
    within(app, visitor, current, Purpose::NewCertificate { all_is_theirs }).await
}

/// Begins where the session has come to.
async fn within(app: &App, visitor: &Visitor, current: &CurrentSession, purpose: Purpose) -> Result<Begun, FlowError> {
    let begun = begin(app, visitor, purpose).await?;
    let sign_in = begun.sign_in.resume(current.session.authentication.clone()).map_err(FlowError::failed)?;
    enter(app, &sign_in).await?;
    Ok(Begun { sign_in, ..begun })
}

/// Loads a sign-in for the browser that began it.
pub async fn load(app: &App, visitor: &Visitor, id: SignInId) -> Result<Result<SignIn, Missing>, FlowError> {
    let found = app.sessions.get(&short_lived::sign_in(id)).await?;
    let Some(sign_in) = found.filter(|sign_in| app.clock.now() < sign_in.expires_at) else {
        return Ok(Err(Missing::Gone));
    };
    if visitor.browser != Some(sign_in.browser) {
        return Ok(Err(Missing::OtherBrowser));
    }
    let state = match &sign_in.state {
        State::Offered | State::Requested | State::Identified { .. } => return Ok(Ok(sign_in)),
        State::Authenticated(by) => session::proven_in(app, visitor, by).await?.map(State::Authenticated),
        State::Consented(by) => session::proven_in(app, visitor, by).await?.map(State::Consented),
    };
    // Whoever proved who they are has signed out since: the next person at this browser is shown nothing of theirs.
    Ok(state.map(|state| SignIn { state, ..sign_in }).ok_or(Missing::Gone))
}

/// Whether `request` names, by its `id_token_hint` or by `sub` in `claims`, someone else than `citizen`.
pub async fn names_someone_else(
    app: &App,
    request: &AuthorizationRequest,
    citizen: CitizenId,
) -> Result<bool, FlowError> {
    if !request.names_someone() {
        return Ok(false);
    }
    let client = app.clients.load(app, &request.client_id).await?;
    Ok(!request.is_for(&app.keys.subject(&client, citizen)))
}

/// Stores a sign-in that was just begun.
pub async fn enter(app: &App, sign_in: &SignIn) -> Result<(), FlowError> {
    let ttl = app.clock.now().until(sign_in.expires_at);
    Ok(app.sessions.put(&short_lived::sign_in(sign_in.id), sign_in, ttl).await?)
}

/// Stores a sign-in that went a step further. One that was answered meanwhile stays gone: of two forms that were sent
/// at once, one is answered.
async fn save(app: &App, sign_in: &SignIn) -> Result<Result<(), OutOfOrder>, FlowError> {
    let ttl = app.clock.now().until(sign_in.expires_at);
    let before = app.sessions.swap(&short_lived::sign_in(sign_in.id), sign_in, ttl).await?;
    Ok(before.map(drop).ok_or(OutOfOrder))
}

/// Gives the person the whole time again (WCAG 2.2, 2.2.1).
pub async fn extend(app: &App, sign_in: SignIn) -> Result<Result<SignIn, Missing>, FlowError> {
    let longest = sign_in.started_at + app.settings.lifetimes.sign_in * MOST_EXTENSIONS;
    let extended = app.clock.now() + app.settings.lifetimes.sign_in;
    let sign_in = SignIn { expires_at: extended.min(longest).max(sign_in.expires_at), ..sign_in };
    Ok(save(app, &sign_in).await?.map(|()| sign_in).map_err(|OutOfOrder| Missing::Gone))
}

/// WCAG 2.2, 2.2.1 asks for ten times at least.
pub(super) const MOST_EXTENSIONS: u32 = 10;

/// The person does not want to: the client is told, and the sign-in is gone.
pub async fn cancel(app: &App, visitor: &Visitor, sign_in: SignIn) -> Result<Next, FlowError> {
    let Some(sign_in) = app.sessions.take(&short_lived::sign_in(sign_in.id)).await? else {
        return Ok(Next::Page(Step::Identify));
    };
    let event = app.event(visitor, EventKind::SignInCancelled, Outcome::Success);
    app.record(match &sign_in.purpose {
        Purpose::Client(request) => event.of(&request.client_id),
        Purpose::Account { .. } | Purpose::NewCertificate { .. } => event,
    });
    let refusal = OAuthError::access_denied("the person cancelled the sign-in");
    finish::refusal(app, &sign_in.purpose, refusal).await
}

/// The person switched the language in the middle of a sign-in: from here on their choice counts, not the portal's.
pub async fn forget_ui_locales(app: &App, sign_in: SignIn) -> Result<(), FlowError> {
    match sign_in.purpose {
        Purpose::Client(mut request) if !request.ui_locales.is_empty() => {
            request.ui_locales.clear();
            // Where it is over, its page will say so.
            let _: Result<(), OutOfOrder> = save(app, &SignIn { purpose: Purpose::Client(request), ..sign_in }).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}
