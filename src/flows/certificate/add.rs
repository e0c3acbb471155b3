//! The certificate is added to the account of whoever is signed in, who has just shown that they hold its key: where its authority's
//! certificates are not bound at the first sign-in, and where its owner had taken it out. A qualified one raises its owner to level 2, where they have said that whatever else opens the account is theirs.

use crate::domain::assurance::AccountLevel;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::credential::CredentialKind;
use crate::domain::grant::Authentication;
use crate::domain::message::Notice;
use crate::domain::session::BrowserSession;
use crate::domain::sign_in::SignIn;
use crate::storage::Enrolled;

use super::super::account::guard::{self, Guard};
use super::super::notices::{self, Post};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, account, session, short_lived};
use super::judge::{Judged, Judgement};
use super::{Refusal, Way, level, succeed};

/// Adds it, and ends the ceremony. The session has to be as good as for any sensitive act, now as when the ceremony was begun.
pub(super) async fn add(
    app: &App,
    visitor: &Visitor,
    (sign_in, all_is_theirs): (&SignIn, bool),
    way: Way,
    citizen: &Citizen,
    (judgement, judged): (&Judgement, &Judged),
) -> Result<Result<(), Refusal>, FlowError> {
    let current = session::current(app, visitor).await?.filter(|current| current.citizen() == citizen.id);
    let Some(current) = current else { return Ok(Err(Refusal::TooLate)) };
    if guard::sensitive(app, &current).await? != Guard::Allowed {
        return Ok(Err(Refusal::TooLate));
    }
    if citizen.account_level < AccountLevel::Registered {
        return Ok(Err(Refusal::NotConfirmed));
    }
    let (lookup, new) = (judged.lookup(), succeed::new(app, citizen, judged)?);
    let event = app.event(visitor, EventKind::CertificateBound, Outcome::Success);
    let event = event.by(Actor::Citizen(citizen.id)).about(citizen.id).with("way", way.as_str());
    let mut tx = app.store.begin().await?;
    if !account::stands(&mut tx, &current).await? {
        return Ok(Err(Refusal::TooLate));
    }
    // They said so of what they had seen: what somebody added since then may be somebody else's.
    let held = tx.credentials().list(citizen.id).await?;
    let password = tx.passwords().find(citizen.id).await?;
    let as_seen = held.iter().all(|held| held.credential.created_at < sign_in.started_at)
        && password.is_none_or(|password| password.changed_at <= sign_in.started_at);
    let raises = all_is_theirs && as_seen && level::raises(citizen, judged);
    match tx.credentials().enrol_again(&new, lookup).await? {
        Enrolled::New => {
            let notice = Notice::CertificateBound { authority: judged.chain.authority().name.clone() };
            notices::tell_of(&Post::of(app), &mut tx, citizen.id, notice, judgement.attach(event)).await?;
        }
        Enrolled::TooMany => return Ok(Err(Refusal::TooMany)),
        Enrolled::Taken => {
            let held = tx.credentials().find_presented(CredentialKind::Certificate, lookup).await?;
            let own = held.is_some_and(|held| held.citizen == citizen.id);
            // One that is theirs already is shown once more for the level that it brings.
            if !own || !raises {
                return Ok(Err(if own { Refusal::Known } else { Refusal::Taken }));
            }
        }
    }
    if raises {
        level::raise(app, visitor, &mut tx, citizen, (judgement, judged)).await?;
    }
    tx.commit().await?;
    app.post.wake();
    if raises {
        // They have just shown in this session whose number it is. In another one may be somebody else.
        let authentication =
            Authentication { account_level: AccountLevel::Proven, ..current.session.authentication.clone() };
        session::rewrite(app, &current, BrowserSession { authentication, ..current.session.clone() }).await?;
    }
    app.sessions.delete(&short_lived::sign_in(sign_in.id)).await?;
    Ok(Ok(()))
}
