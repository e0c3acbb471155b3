//! The person proves more with a code of their list. Each is good once, and its use is told to its owner.

use std::sync::Arc;

use crate::config::Settings;
use crate::credentials::recovery_codes::hash_typed;
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::audit::{Actor, Outcome};
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::message::Notice;
use crate::domain::random::Random;
use crate::domain::secret::SecretHash;
use crate::domain::sign_in::SignIn;
use crate::domain::time::Timestamp;
use crate::storage::{Advance, Transaction};

use super::super::audit::EventBuilder;
use super::super::notices::{self, Post};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::prove::{Given, Settle};
use super::second_step::{self, Proven};

/// It was used, before or at the same moment.
const CODE_USED: &str = "code_used";

/// Holds `typed` against the list of whoever has proven something in this sign-in already.
pub async fn prove(app: &App, visitor: &Visitor, sign_in: SignIn, typed: &str) -> Result<Proven, FlowError> {
    let method = AuthenticationMethod::RecoveryCode;
    let asked = match second_step::enter(app, visitor, &sign_in, method).await? {
        Ok(asked) => asked,
        Err(ended) => return Ok(ended),
    };
    let (citizen, now) = (asked.citizen.id, app.clock.now());
    let Some(code) = hash_typed(typed) else {
        return Ok(asked.refused(app, visitor, &sign_in, "wrong_code"));
    };
    let mut store = app.store.read().await?;
    let list = store.recovery_codes().list_of(citizen, code).await?;
    let held = store.credentials().list(citizen).await?.into_iter().find(|held| Some(held.credential.id) == list);
    let Some(held) = held else { return Ok(asked.refused(app, visitor, &sign_in, "wrong_code")) };
    drop(store);
    let used = Spending::new(app, visitor, citizen, held.credential.id, code);
    asked.proven(app, visitor, sign_in, Given::by(held.credential, now), Box::new(used)).await
}

/// The one use of a code: it is spent, and its owner is told, in whatever transaction its effect is written.
#[derive(Debug)]
pub struct Spending {
    citizen: CitizenId,
    list: CredentialId,
    code: SecretHash,
    event: EventBuilder,
    settings: Arc<Settings>,
    random: Arc<dyn Random>,
    now: Timestamp,
}

impl Spending {
    pub fn new(app: &App, visitor: &Visitor, citizen: CitizenId, list: CredentialId, code: SecretHash) -> Self {
        let kind = Notice::RecoveryCodeUsed { left: 0 }.event();
        Self {
            citizen,
            list,
            code,
            event: app.event(visitor, kind, Outcome::Success).by(Actor::Citizen(citizen)),
            settings: app.settings.clone(),
            random: app.random.clone(),
            now: app.clock.now(),
        }
    }
}

#[async_trait::async_trait]
impl Settle for Spending {
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        let Self { citizen, list, code, event, settings, random, now } = *self;
        if tx.recovery_codes().spend(citizen, list, code, now).await? == Advance::NotForward {
            return Ok(Some(CODE_USED));
        }
        tx.credentials().used(citizen, list, 0, now).await?;
        let left = tx.recovery_codes().left(citizen, list).await?;
        let post = Post { settings: &settings, random: &*random, now };
        notices::tell_of(&post, tx, citizen, Notice::RecoveryCodeUsed { left }, event).await?;
        Ok(None)
    }
}
