//! Removes what nothing is good for any more, and what has been kept for as long as the settings say (docs/data-protection.md).

use std::time::Duration;

use super::{App, FlowError, audit_log, registration, statistics};
use crate::config::Retention;
use crate::domain::audit::Actor;
use crate::storage::Kept;

/// Few at a time, so that no transaction is long.
const AT_ONCE: u32 = 500;

/// Beyond their end, so that it can be seen that nobody decided them.
const PROPOSALS_ARE_KEPT_FOR: Duration = Duration::from_secs(30 * 86_400);

/// Removes everything that has expired by now.
pub async fn clean_up(app: &App) -> Result<(), FlowError> {
    let (now, keep) = (app.clock.now(), &app.settings.retention);
    loop {
        let mut tx = app.store.begin().await?;
        let grants = tx.grants().forget(now, AT_ONCE).await?;
        // Few are ever issued: all that have expired go at once.
        tx.issued_codes().forget(now).await?;
        let link_codes = tx.link_codes().forget(now, AT_ONCE).await?;
        let sessions = tx.ended_sessions().forget(now, AT_ONCE).await?;
        let clients = tx.session_clients().forget(now, AT_ONCE).await?;
        let deliveries = tx.logout_outbox().forget(now - keep.sign_outs, AT_ONCE).await?;
        tx.security_events().give_up(now, AT_ONCE).await?;
        let events = tx.security_events().forget(now - keep.sign_outs, AT_ONCE).await?;
        let messages = tx.messages().forget(now - keep.messages, AT_ONCE).await?;
        tx.sent_codes().forget(now).await?;
        // Those that nobody answered: they are never settled.
        tx.mandate_invitations().forget(now - keep.requests).await?;
        let places = tx.known_devices().forget_places(now - keep.places, AT_ONCE).await?;
        let releases = tx.releases().forget(now - app.settings.lifetimes.releases, AT_ONCE).await?;
        let proposals = tx.proposals().forget(now - PROPOSALS_ARE_KEPT_FOR, AT_ONCE).await?;
        tx.commit().await?;
        let most = [grants, link_codes, sessions, clients, deliveries, events, messages, places, releases, proposals];
        let most = most.into_iter().max();
        if most < Some(u64::from(AT_ONCE)) {
            break;
        }
    }
    registration::forget_untaken(app).await?;
    statistics::forget(app).await?;
    for kept in Kept::ALL {
        let before = now - span(kept, keep);
        loop {
            let mut tx = app.store.begin().await?;
            let removed = tx.retention().forget(kept, before, AT_ONCE).await?;
            tx.commit().await?;
            if removed < u64::from(AT_ONCE) {
                break;
            }
        }
    }
    let mut tx = app.store.begin().await?;
    tx.audit_log().add_months().await?;
    tx.commit().await?;
    let over = now - keep.activity;
    // What nobody has signed yet is not retired.
    audit_log::settle(&app.store, app.keys.sealing(), audit_log::origin(&app.settings.issuer), &*app.clock).await?;
    audit_log::retire(&app.store, over, &Actor::System, &*app.clock, &*app.random).await?;
    Ok(())
}

/// For how long rows of this kind are kept.
const fn span(kept: Kept, keep: &Retention) -> Duration {
    match kept {
        Kept::SettledRecoveries => keep.recoveries,
        Kept::SupersededVerifications => keep.evidence,
        Kept::SettledCorrections | Kept::SettledOrganisationRequests | Kept::SettledInvitations => keep.requests,
        Kept::Disclosures => keep.disclosures,
        Kept::UnusedDevices => keep.devices,
        Kept::ExpiredConsents => keep.consents,
        Kept::EndedMandates => keep.mandates,
    }
}
