//! The citizen's own pages: what is known, where they are signed in, which portals received what, and what happened.
//!
//! | file | what it is about |
//! |---|---|
//! | [`activity`] | what happened, looked through |
//! | [`guard`] | whether a sensitive act may be done now |
//! | [`credentials`] | what they prove themselves with: rename, remove, and what comes of it |
//! | [`password`] | another password |
//! | [`totp`], [`recovery_codes`] | an authenticator application and a list of codes are added |
//! | [`contact`] | where they are reached, shown to be theirs |
//! | [`data`], [`corrections`] | what is kept about them, to take away, and what is wrong in it |
//! | [`linked_accounts`] | the accounts that they had at portals before |
//! | [`language`] | the language that they are spoken to in |
//! | [`confirm`] | a code over a verified channel, before something is added with a password alone |
//! | [`second_step`] | whether every sign-in asks for a second step |
//! | [`raise`] | a registrar's code makes what was proven count for more |
//! | [`closing`] | they want the account closed, and may think again |
//! | [`family`] | the accounts of the minors whom they look after |
//! | [`organisations`], [`invitations`] | for whom they act, and who acts beside them |
//! | [`not_me`] | "this was not me": everything is closed in one action |

pub mod activity;
pub mod closing;
pub mod confirm;
pub mod contact;
pub mod corrections;
pub mod credentials;
pub mod data;
pub mod devices;
pub mod family;
pub mod guard;
pub mod invitations;
pub mod language;
pub mod linked_accounts;
pub mod not_me;
pub mod organisations;
pub mod password;
pub mod raise;
pub mod recovery_codes;
pub mod second_step;
pub mod totp;

use std::cmp::Reverse;

use crate::domain::citizen::Citizen;
use crate::domain::consent::Consent;
use crate::domain::grant::Grant;
use crate::domain::ids::{CitizenId, SessionId};
pub use crate::storage::RecordedEvent;
use crate::storage::{SignInStanding, Standing, Transaction};

use super::session::{self, CurrentSession, Ending};
use super::visitor::Visitor;
use super::{App, FlowError};

/// More portals than anyone has allowed anything.
const PORTALS: u32 = 500;
/// As many of the latest as a page can show something of.
const GRANTS: u32 = 200;

/// The citizen of a session, as they are now. Where they were locked or signed out everywhere since, the session is
/// taken away and there is nobody.
pub async fn citizen(app: &App, current: &CurrentSession) -> Result<Option<Citizen>, FlowError> {
    let found = app.store.read().await?.citizens().find(current.citizen()).await?;
    let honoured = found.filter(|citizen| Standing::of(citizen).honours(&current.session.authentication));
    if honoured.is_none() {
        session::forget(app, current).await?;
    }
    Ok(honoured)
}

/// Whether the session still stands, within the transaction of what is done in it, until whose end nobody ends it. An act takes its
/// time, a hash or a ceremony: what its owner ended meanwhile, or a recovery closed, changes nothing any more.
pub(super) async fn stands(tx: &mut Transaction, current: &CurrentSession) -> Result<bool, FlowError> {
    tx.session_clients().close(current.citizen()).await?;
    let standing = tx.citizens().sign_in_standing(&current.session.authentication).await?;
    Ok(standing == SignInStanding::Honoured)
}

/// Ends one session of this citizen's. Whose it is comes from the citizen's own list, not from the request.
pub async fn end_session(app: &App, visitor: &Visitor, citizen: CitizenId, id: SessionId) -> Result<(), FlowError> {
    for found in session::list(app, citizen).await?.iter().filter(|found| found.id() == id) {
        session::end(app, visitor, found, Ending::ByPerson).await?;
    }
    Ok(())
}

/// Ends every session of this citizen's but the one at hand; tells how many that were.
pub async fn end_other_sessions(app: &App, visitor: &Visitor, current: &CurrentSession) -> Result<usize, FlowError> {
    let mut ended = 0;
    for found in session::list(app, current.citizen()).await?.iter().filter(|found| found.id() != current.id()) {
        session::end(app, visitor, found, Ending::ByPerson).await?;
        ended += 1;
    }
    Ok(ended)
}

/// What the citizen allowed, the latest first.
pub async fn consents(app: &App, citizen: CitizenId) -> Result<Vec<Consent>, FlowError> {
    let mut consents = app.store.read().await?.consents().list(citizen, None, PORTALS).await?.items;
    consents.sort_by_key(|consent| Reverse(consent.updated_at));
    Ok(consents)
}

/// What the citizen granted one request at a time (RFC 9396) and has not withdrawn, the latest first.
pub async fn grants_with_details(app: &App, citizen: CitizenId) -> Result<Vec<Grant>, FlowError> {
    let mut grants = app.store.read().await?.grants().list(citizen, None, GRANTS).await?.items;
    grants.retain(|grant| !grant.authorization_details.is_empty());
    Ok(grants)
}
