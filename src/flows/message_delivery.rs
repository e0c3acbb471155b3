//! Empties the outbox of what citizens are told.
//!
//! Each message is handed over at least once. A server takes what is due for as long as an attempt lasts; what it does not settle
//! by then, because it was killed, falls due again and any server takes it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, Semaphore};

use super::audit::EventBuilder;
use super::{App, FlowError};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::logout::Settlement;
use crate::domain::message::{Carrier, Channel, Composed, LEASE, Message, Undelivered};
use crate::domain::statistics::Figure;

/// Messages under way at once, on one server.
const AT_ONCE: usize = 16;

/// Who takes messages, and how many are under way.
#[derive(Debug)]
pub struct PostOffice {
    mail: Option<Arc<dyn Carrier>>,
    sms: Option<Arc<dyn Carrier>>,
    wake: Notify,
    places: Arc<Semaphore>,
    /// What goes to somebody who has no account.
    to_strangers: Mutex<VecDeque<Message>>,
}

/// Letters to strangers that wait at once, on one server: whoever floods it makes their own attempts fail.
const MOST_TO_STRANGERS: usize = 1000;

/// Puts a message into words.
pub trait Compose: Send + Sync {
    fn compose(&self, app: &App, message: &Message) -> Composed;
}

impl PostOffice {
    pub fn new(mail: Option<Arc<dyn Carrier>>, sms: Option<Arc<dyn Carrier>>) -> Self {
        Self {
            mail,
            sms,
            wake: Notify::new(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            to_strangers: Mutex::default(),
        }
    }

    /// Something new may be due: nobody waits for the next look.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits until something may be due.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Sends something to somebody who has no account. Nothing of them is written into the identity store: where this server ends
    /// before it went out, they ask again.
    pub fn hand_over(&self, message: Message) {
        let mut waiting = self.to_strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST_TO_STRANGERS {
            tracing::warn!("more letters to people without an account wait than there is room for: one is dropped");
            return;
        }
        waiting.push_back(message);
        drop(waiting);
        self.wake();
    }

    fn next_to_a_stranger(&self) -> Option<Message> {
        self.to_strangers.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn carrier(&self, channel: Channel) -> Option<&Arc<dyn Carrier>> {
        match channel {
            Channel::Email => self.mail.as_ref(),
            Channel::Sms => self.sms.as_ref(),
        }
    }
}

/// Begins an attempt at everything that is due and that there is a place for; the attempts go on by themselves.
pub async fn deliver_due<C: Compose + 'static>(app: &Arc<App>, composer: &Arc<C>) -> Result<(), FlowError> {
    deliver_to_strangers(app, composer);
    let now = app.clock.now();
    for channel in app.store.read().await?.messages().due_channels(now).await? {
        let places = app.post.places.available_permits();
        // Each channel has half: a mail server that does not answer holds up no text message.
        let limit = u32::try_from(places.min(AT_ONCE / 2)).unwrap_or(0);
        if limit == 0 {
            continue;
        }
        let claimed = app.store.write().await?.messages().claim(channel, now, now + LEASE, limit).await?;
        for message in claimed {
            // Without a place it falls due again when its lease has run out.
            let Ok(place) = app.post.places.clone().try_acquire_owned() else { break };
            let (app, composer) = (app.clone(), composer.clone());
            app.clone().background.spawn(async move {
                deliver(&app, &*composer, &message).await;
                drop(place);
                app.post.wake();
            });
        }
    }
    Ok(())
}

fn deliver_to_strangers<C: Compose + 'static>(app: &Arc<App>, composer: &Arc<C>) {
    while let Ok(place) = app.post.places.clone().try_acquire_owned() {
        let Some(message) = app.post.next_to_a_stranger() else { return };
        let (app, composer) = (app.clone(), composer.clone());
        app.clone().background.spawn(async move {
            let outcome = match attempt(&app, &*composer, &message).await {
                Settlement::Delivered => "delivered",
                Settlement::Refused { .. } => "refused",
                Settlement::Undelivered { .. } | Settlement::Postponed { .. } => "undelivered",
            };
            app.metrics.message_attempted(message.channel.as_str(), outcome);
            app.counted(Figure::MessageDelivery, outcome, None);
            drop(place);
        });
    }
}

/// One attempt, and what became of it.
async fn deliver(app: &App, composer: &impl Compose, message: &Message) {
    let how = attempt(app, composer, message).await;
    if let Err(error) = settle(app, message, &how).await {
        tracing::warn!(%error, message = %message.id, "what became of a message could not be written down");
    }
}

async fn attempt(app: &App, composer: &impl Compose, message: &Message) -> Settlement {
    let undelivered = |fault: &str| Settlement::Undelivered { fault: fault.to_owned() };
    if message.give_up_at <= app.clock.now() {
        return undelivered("too_late");
    }
    let Some(carrier) = app.post.carrier(message.channel) else {
        return undelivered("switched_off");
    };
    let composed = composer.compose(app, message);
    match carrier.carry(message.id, &message.letter.to, &composed).await {
        Ok(()) => Settlement::Delivered,
        Err(Undelivered::Never(fault)) => Settlement::Refused { fault: fault.to_owned() },
        Err(Undelivered::Later(fault)) => match message.next_attempt(app.clock.now(), &*app.random) {
            Some(due_at) => Settlement::Postponed { due_at, fault: fault.to_owned() },
            None => undelivered(fault),
        },
    }
}

async fn settle(app: &App, message: &Message, how: &Settlement) -> Result<(), FlowError> {
    let now = app.clock.now();
    let (outcome, fault) = match how {
        Settlement::Delivered => ("delivered", None),
        Settlement::Refused { fault } => ("refused", Some(fault)),
        Settlement::Undelivered { fault } => ("undelivered", Some(fault)),
        Settlement::Postponed { .. } => ("postponed", None),
    };
    let mut tx = app.store.begin().await?;
    let ours = tx.messages().settle(message, how, now).await?;
    if let (true, Some(fault)) = (ours, fault) {
        let event = EventBuilder::new(now, &*app.random, EventKind::MessageUndelivered, Outcome::Refused)
            .by(Actor::System)
            .about(message.citizen)
            .with("message", message.id)
            .with("channel", message.channel.as_str())
            .with("about", message.letter.content.kind())
            .with("fault", fault)
            .with("attempts", message.attempts);
        tx.audit().record(&event.build()).await?;
    }
    tx.commit().await?;
    app.metrics.message_attempted(message.channel.as_str(), outcome);
    app.counted(Figure::MessageDelivery, outcome, None);
    Ok(())
}

/// Counts what waits, for `/metrics`.
pub async fn note_backlog(app: &App) -> Result<(), FlowError> {
    let backlog = app.store.read().await?.messages().backlog().await?;
    let age = backlog.oldest.map(|oldest| app.clock.now().since(oldest)).unwrap_or_default();
    app.metrics.messages_pending(backlog.pending, age);
    Ok(())
}
