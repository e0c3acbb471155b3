//! Codes that are sent: ten minutes, one purpose, one sign-in or session, five tries, one use; and a budget, so that nobody makes
//! SenID send them without end (whoever owns numbers in rows is paid for each message to them).

use std::time::Duration;

use uuid::Uuid;

use super::notices::Post;
use super::sign_in::prove::Settle;
use super::throttle::{Throttle, count};
use super::visitor::Visitor;
use super::{App, FlowError, short_lived};
use crate::config::Rate;
use crate::crypto::hash::{constant_time_eq, hash_secret};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::ids::{CitizenId, SentCodeId};
use crate::domain::message::{Channel, CodePurpose, Content, Message};
use crate::domain::random::Random;
use crate::domain::secret::SecretString;
use crate::domain::sign_in_name::SignInName;
use crate::sessions::CounterKey;
use crate::storage::{Said, SentCode, Spent, Transaction};

/// How long a code is good (NIST SP 800-63B-4 §3.1.3.2).
pub const LIFETIME: Duration = Duration::from_secs(600);
/// The last digits of a number, which tell the numbers of one row apart.
const OF_ITS_ROW: usize = 4;

/// What a code is sent for, and where.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub purpose: CodePurpose,
    /// The sign-in or the session that it is good in.
    pub bound_to: Uuid,
    pub channel: Channel,
    pub to: &'a str,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Sending {
    /// On its way; whether it arrives is not known here.
    Sent,
    /// Nothing goes out by this channel, or not to that country.
    Unreachable,
    /// As many were sent as there may be, to this person, to numbers like theirs, from this network, or in all.
    OverBudget { retry_after: Duration },
}

/// Sends a code to `citizen`. A code of the same purpose that was sent before is over.
pub async fn send(app: &App, visitor: &Visitor, citizen: &Citizen, order: Order<'_>) -> Result<Sending, FlowError> {
    let post = Post::of(app);
    if !post.reaches(order.channel, order.to) {
        return Ok(Sending::Unreachable);
    }
    let event = |outcome| {
        app.event(visitor, EventKind::CodeSent, outcome)
            .by(Actor::Citizen(citizen.id))
            .about(citizen.id)
            .with("purpose", order.purpose.as_str())
            .with("channel", order.channel.as_str())
    };
    if let Throttle::Closed { retry_after, turned_away } =
        budget(app, visitor, short_lived::codes_to(citizen.id), order).await?
    {
        // The first of a window is written; a flood of them must not fill the log.
        if turned_away == 1 {
            app.record(event(Outcome::Refused).with("why", "over_budget"));
        }
        return Ok(Sending::OverBudget { retry_after });
    }
    let (now, code) = (post.now, six_digits(&*app.random));
    let expires_at = now + LIFETIME;
    let sent = SentCode {
        id: SentCodeId::new(now, &*app.random),
        citizen: citizen.id,
        purpose: order.purpose,
        bound_to: order.bound_to,
        said: Said { code: SecretString::new(code.as_str()), channel: order.channel, to: order.to.to_owned() },
        expires_at,
    };
    let content = Content::Code { purpose: order.purpose, code, expires_at };
    let letter = post.letter(&citizen.profile, order.to, content);
    let message = Message::new(citizen.id, order.channel, letter, now, &*app.random);
    let mut tx = app.store.begin().await?;
    tx.sent_codes().replace(&sent).await?;
    tx.messages().enqueue(&message).await?;
    tx.audit().record(&event(Outcome::Success).build()).await?;
    tx.commit().await?;
    app.post.wake();
    Ok(Sending::Sent)
}

/// The live code, if `typed` is it; it stays good until it is spent. The try is counted before it is looked at.
pub async fn entered(
    app: &App,
    citizen: CitizenId,
    purpose: CodePurpose,
    bound_to: Uuid,
    typed: &str,
) -> Result<Option<SentCode>, FlowError> {
    let typed = SecretString::new(typed.chars().filter(|c| !c.is_whitespace()).collect::<String>());
    let now = app.clock.now();
    let Some(live) = app.store.write().await?.sent_codes().attempt(citizen, purpose, bound_to, now).await? else {
        return Ok(None);
    };
    if constant_time_eq(live.said.code.expose().as_bytes(), typed.expose().as_bytes()) {
        return Ok(Some(live));
    }
    if purpose.is_proof() {
        app.store.write().await?.sent_codes().record_failure(citizen).await?;
    }
    Ok(None)
}

/// Whether so many wrong codes were tried in a row that none proves this citizen any more (SP 800-63B-4 §3.2.2): each code ends after
/// five tries, but there is a new one for the asking. What was confirmed anew by somebody who proved more counts again.
pub async fn is_exhausted(app: &App, citizen: CitizenId) -> Result<bool, FlowError> {
    let failures = app.store.read().await?.sent_codes().failures_in_a_row(citizen).await?;
    Ok(failures >= app.settings.throttling.failures_in_a_row)
}

/// The one use of a code that proves somebody.
#[derive(Debug)]
pub struct Spending {
    pub code: SentCode,
    /// So many wrong ones in a row, and it proves nothing.
    pub most: u32,
}

#[async_trait::async_trait]
impl Settle for Spending {
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        // Others may have guessed at it once too often while this one was being checked.
        if tx.sent_codes().failures_in_a_row(self.code.citizen).await? >= self.most {
            return Ok(Some("too_many_failures"));
        }
        if tx.sent_codes().spend(&self.code).await? == Spent::Gone {
            return Ok(Some("code_used"));
        }
        tx.sent_codes().forgive(self.code.citizen).await?;
        Ok(None)
    }
}

/// An address or a number as pages and events show it.
pub fn masked(app: &App, to: &str) -> String {
    SignInName::parse(to, app.settings.national_id.default_scheme())
        .map_or_else(|_| "•••".to_owned(), |name| name.masked())
}

/// Counts one more code, and says whether it is one too many. What is turned away by one counter counts in no other.
/// `whom` counts those that go to one person.
pub(super) async fn budget(
    app: &App,
    visitor: &Visitor,
    whom: CounterKey,
    order: Order<'_>,
) -> Result<Throttle, FlowError> {
    let budget = &app.settings.messages.budget;
    let mut counters: Vec<(CounterKey, Rate)> =
        vec![(whom, budget.per_person), (short_lived::codes_from(&visitor.network()), budget.per_network)];
    if order.channel == Channel::Sms {
        let row = order.to.len().saturating_sub(OF_ITS_ROW);
        let range = hash_secret(order.to.get(..row).unwrap_or(order.to).as_bytes());
        counters.push((short_lived::codes_to_range(&range), budget.per_range));
    }
    counters.push((short_lived::codes_by(order.channel), budget.in_all));
    for (place, (key, rate)) in counters.iter().enumerate() {
        let counted = count(app, key, *rate).await?;
        if counted != Throttle::Open {
            for (key, rate) in &counters[..place] {
                app.sessions.discount(key, rate.window).await?;
            }
            return Ok(counted);
        }
    }
    Ok(Throttle::Open)
}

/// Every code is as likely: what lies beyond the last whole million is drawn again.
pub(super) fn six_digits(random: &dyn Random) -> String {
    const CODES: u32 = 1_000_000;
    const FAIR: u32 = u32::MAX - u32::MAX % CODES;
    loop {
        let drawn = u32::from_be_bytes(random.bytes());
        if drawn < FAIR {
            return format!("{:06}", drawn % CODES);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// The largest number first, then small ones.
    #[derive(Debug)]
    struct Falling(AtomicU32);

    impl Random for Falling {
        fn fill(&self, buffer: &mut [u8]) {
            let next = self.0.swap(7, Ordering::SeqCst);
            buffer.copy_from_slice(&next.to_be_bytes());
        }
    }

    #[test]
    fn a_code_is_six_digits_and_none_is_likelier_than_another() {
        assert_eq!(
            six_digits(&Falling(AtomicU32::new(u32::MAX))),
            "000007",
            "what is beyond the last million is drawn again"
        );
        assert_eq!(six_digits(&Falling(AtomicU32::new(4_293_999_999))), "999999");
        assert_eq!(six_digits(&Falling(AtomicU32::new(4_294_000_000))), "000007");
    }
}
