//! A person opens an account themselves, within the sign-in that they came for (docs/registry.md).
//!
//! | step | file |
//! |---|---|
//! | who they say they are | [`claim`] |
//! | the registry is asked, out of the person's sight, and a code goes to where it reaches them | [`ask`] |
//! | the code | [`code`] |
//! | the password, and the account | [`finish`] |
//!
//! Whoever knows somebody's number, name and birthday has read a leak and proven nothing: the code goes over a channel that the
//! registry holds, which nobody types. Nothing tells whether the data agreed, whether there is such a person or such an account, or by
//! what they are reached: the answer to what was typed is sent before anything is looked up, and is the same for everybody.

pub mod ask;
pub mod claim;
pub mod code;
pub mod finish;
pub mod record;

use super::{App, FlowError, short_lived};
use crate::domain::sign_in::{SignIn, State};
use record::{Registering, Stage};

/// Whether people open accounts themselves here: there is a registry to ask, and a way to send a code.
pub fn is_offered(app: &App) -> bool {
    let messages = &app.settings.messages;
    app.settings.self_registration.enabled
        && app.registry.is_some()
        && (messages.mail.is_some() || messages.sms.is_some())
}

/// How far somebody has come with opening an account in this sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Who they are.
    Claim,
    Code,
    Password,
}

/// What comes next; `None` where no account is opened here: somebody is signed in already, or it is not offered.
pub async fn step(app: &App, sign_in: &SignIn) -> Result<Option<Step>, FlowError> {
    let nobody_yet = matches!(sign_in.state, State::Offered | State::Requested | State::Identified(_));
    if !nobody_yet || !is_offered(app) {
        return Ok(None);
    }
    Ok(Some(match load(app, sign_in).await? {
        None => Step::Claim,
        Some(Registering { stage: Stage::Asked { .. }, .. }) => Step::Code,
        Some(Registering { stage: Stage::Answered { .. }, .. }) => Step::Password,
    }))
}

async fn load(app: &App, sign_in: &SignIn) -> Result<Option<Registering>, FlowError> {
    Ok(app.sessions.get(&short_lived::registering(sign_in.id)).await?)
}
