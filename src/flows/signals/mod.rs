//! Security events to portals (docs/signals.md): put into the outbox by the transaction in which something happens, once for every
//! stream of a portal that knows the citizen.
//!
//! There are five places that this is called from: what a citizen is told of their own account (`notices`), what becomes of an account
//! (`account_life`, `erasure`), what becomes of its number and its level, and the end of a session (`single_logout`).

pub mod change;
pub mod deliver;
pub mod door;
pub mod fetch;
mod token;

use crate::crypto::base64url;
use crate::domain::claims;
use crate::domain::ids::CitizenId;
use crate::domain::logout::Participant;
use crate::domain::random::Random;
use crate::domain::signals::{EventType, Facts, Happening, Initiator, SecurityEvent, Stream, Subject};
use crate::domain::time::Timestamp;
use crate::storage::{self, Transaction};

use super::notices::Post;

/// Tells every portal that knows `citizen` what happened.
pub(in crate::flows) async fn tell(
    post: &Post<'_>,
    tx: &mut Transaction,
    citizen: CitizenId,
    happening: Happening,
    by: Initiator,
) -> Result<(), storage::Error> {
    let audience = audience(tx, citizen).await?;
    tell_them(post, tx, &audience, citizen, happening, by).await
}

/// The streams of the portals that know `citizen` now: for whoever is about to change that.
pub(in crate::flows) async fn audience(
    tx: &mut Transaction,
    citizen: CitizenId,
) -> Result<Vec<Stream>, storage::Error> {
    tx.signal_streams().knowing(citizen).await
}

/// As [`tell`], to those who knew them before.
pub(in crate::flows) async fn tell_them(
    post: &Post<'_>,
    tx: &mut Transaction,
    audience: &[Stream],
    citizen: CitizenId,
    happening: Happening,
    by: Initiator,
) -> Result<(), storage::Error> {
    let (kind, facts) = (happening.kind(), happening.facts(by, post.now));
    for stream in audience.iter().filter(|stream| stream.delivers(kind, post.settings.issuer.as_str())) {
        if kind == EventType::NationalIdChanged && !is_told_national_ids(tx, stream).await? {
            continue;
        }
        let subject = Subject::Citizen(citizen);
        enter(tx, stream, (kind, facts.clone()), subject, (post.now, post.random)).await?;
    }
    Ok(())
}

/// Tells whoever took part in sessions that have ended, each of its own.
pub(in crate::flows) async fn sessions_ended(
    tx: &mut Transaction,
    left: &[Participant],
    by: Option<Initiator>,
    (now, random): (Timestamp, &dyn Random),
) -> Result<(), storage::Error> {
    let kind = EventType::SessionRevoked;
    for participant in left {
        let stream = tx.signal_streams().of_client(&participant.client).await?;
        // CAEP's addresses are the same for every issuer.
        let Some(stream) = stream.filter(|stream| stream.holds() && stream.delivers(kind, "")) else { continue };
        let subject = Subject::Session {
            citizen: participant.citizen,
            subject: participant.subject.clone(),
            sid: participant.sid.clone(),
        };
        let mut facts = Facts::new();
        facts.insert("event_timestamp".to_owned(), now.seconds().into());
        if let Some(by) = by {
            facts.insert("initiating_entity".to_owned(), by.as_str().into());
        }
        enter(tx, &stream, (kind, facts), subject, (now, random)).await?;
    }
    Ok(())
}

/// That the number has changed concerns those alone that are told it.
async fn is_told_national_ids(tx: &mut Transaction, stream: &Stream) -> Result<bool, storage::Error> {
    let client = tx.clients().find(&stream.client).await?;
    Ok(client.is_some_and(|stored| stored.client.scopes.contains(claims::NATIONAL_ID)))
}

async fn enter(
    tx: &mut Transaction,
    stream: &Stream,
    what: (EventType, Facts),
    subject: Subject,
    (now, random): (Timestamp, &dyn Random),
) -> Result<(), storage::Error> {
    let txn = base64url::encode(&random.bytes::<16>());
    let event = SecurityEvent::new(&stream.client, what, subject, txn, (now, random));
    tx.security_events().enqueue(&event).await
}
