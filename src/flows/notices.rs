//! What happened to a citizen's account, told to its owner on every channel that is theirs, to the portals that know them, and
//! recorded.
//!
//! A notice is put into the outbox within the transaction of the change that it is about: there is neither a change that nobody
//! is told of nor a notice of what did not happen.

use super::audit::EventBuilder;
use super::visitor::Visitor;
use super::{App, FlowError, signals};
use crate::config::Settings;
use crate::domain::audit::{Actor, Outcome};
use crate::domain::citizen::Profile;
use crate::domain::ids::CitizenId;
use crate::domain::message::{Channel, Content, Letter, Message, Notice};
use crate::domain::random::Random;
use crate::domain::signals::{Happening, Initiator};
use crate::domain::time::Timestamp;
use crate::storage::{self, Transaction};

/// Tells `citizen`, who is at work in this request, and records it: the event of what happened is written here.
pub async fn tell(
    app: &App,
    visitor: &Visitor,
    tx: &mut Transaction,
    citizen: CitizenId,
    notice: Notice,
) -> Result<(), FlowError> {
    let event = app.event(visitor, notice.event(), Outcome::Success).by(Actor::Citizen(citizen));
    tell_of(&Post::of(app), tx, citizen, notice, event).await
}

/// As [`tell`], where `event` says who did it and where: an operator, or SenID itself.
pub async fn tell_of(
    post: &Post<'_>,
    tx: &mut Transaction,
    citizen: CitizenId,
    notice: Notice,
    event: EventBuilder,
) -> Result<(), FlowError> {
    let found = tx.citizens().find(citizen).await?;
    let profile = found.map(|found| found.profile).ok_or(storage::Error::Corrupt("no citizen of this id"))?;
    let mut told = Vec::new();
    let details = notice.details();
    for channel in Channel::ALL {
        let to = channel.verified_of(&profile).filter(|to| post.reaches(channel, to));
        let Some(to) = to else { continue };
        if !notice.goes_by(channel) {
            continue;
        }
        if channel == Channel::Sms && has_read_enough(post, tx, citizen, &notice).await? {
            continue;
        }
        let content = Content::Notice { notice: notice.clone(), at: post.now };
        let message = Message::new(citizen, channel, post.letter(&profile, to, content), post.now, post.random);
        tx.messages().enqueue(&message).await?;
        told.push(channel.as_str());
    }
    let mut event = event.about(citizen).with("told", told.join(" "));
    for (name, detail) in details {
        event = event.with(name, detail);
    }
    let by = Initiator::of(event.by_whom());
    tx.audit().record(&event.build()).await?;
    if let Some(happening) = Happening::of_notice(&notice) {
        signals::tell(post, tx, citizen, happening, by).await?;
    }
    Ok(())
}

/// Whether as many text messages of this kind went to `citizen` as they may be sent codes: whoever owns the number is paid for each,
/// and could add and remove things without end. Of each kind by itself: a flood of one hides no other.
async fn has_read_enough(
    post: &Post<'_>,
    tx: &mut Transaction,
    citizen: CitizenId,
    notice: &Notice,
) -> Result<bool, FlowError> {
    let rate = post.settings.messages.budget.per_person;
    let since = post.now - rate.window;
    Ok(tx.messages().entered_since(citizen, Channel::Sms, notice.as_str(), since).await? >= u64::from(rate.most))
}

/// What a message is made with.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    pub settings: &'a Settings,
    pub random: &'a dyn Random,
    pub now: Timestamp,
}

impl<'a> Post<'a> {
    pub fn of(app: &'a App) -> Self {
        Self { settings: &app.settings, random: &*app.random, now: app.clock.now() }
    }

    /// Whether anything goes out to `to` by `channel`.
    pub(super) fn reaches(&self, channel: Channel, to: &str) -> bool {
        let messages = &self.settings.messages;
        messages.offers(channel) && (channel != Channel::Sms || messages.reaches(to))
    }

    /// In the citizen's own language, where the pages speak it.
    pub(super) fn letter(&self, profile: &Profile, to: &str, content: Content) -> Letter {
        let languages = &self.settings.languages;
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let own = profile.language.as_deref().or(profile.locale.as_deref()).map(primary);
        let spoken = languages.enabled.iter().find(|enabled| own.as_deref() == Some(enabled.language.as_str()));
        let language = spoken.unwrap_or(&languages.default).language.as_str().to_owned();
        Letter { to: to.to_owned(), language, content }
    }
}
