//! What happened to a citizen and their account, as they look through it: the audit log's events that say something to them.

use std::collections::HashMap;

use crate::crypto::base64url;
use crate::domain::audit::EventKind;
use crate::domain::ids::{CitizenId, ClientId, EventId};
use crate::domain::release::StatedTerms;
use crate::domain::time::Timestamp;
use crate::storage::{EventFilter, RecordedEvent};

use super::super::release::TERMS;
use super::super::{App, FlowError};

/// How many events a page of the list has.
const EVENTS_A_PAGE: u32 = 20;

/// What events are about. Each kind that a citizen reads is in one of these; housekeeping is in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    SignIns,
    /// What portals asked for, were allowed and received.
    Releases,
    /// For whom the citizen may act.
    Organisations,
    /// What the citizen proves themselves with, how they are reached, and the account itself.
    Security,
}

impl Topic {
    pub const ALL: [Self; 4] = [Self::SignIns, Self::Releases, Self::Organisations, Self::Security];

    pub const fn kinds(self) -> &'static [EventKind] {
        use EventKind as K;
        match self {
            Self::SignIns => &[K::SignIn, K::SessionEnded, K::DeviceForgotten, K::DeviceAllowed, K::DeviceDenied],
            Self::Releases => &[
                K::DataReleased,
                K::ConsentGranted,
                K::ConsentDenied,
                K::ConsentWithdrawn,
                K::ConsentNarrowed,
                K::BackChannelRequested,
                K::BackChannelAllowed,
                K::BackChannelDenied,
                K::CodeReplayed,
                K::RefreshTokenReplayed,
                K::DisclosureTold,
                K::AccountLinked,
                K::AccountUnlinked,
            ],
            Self::Organisations => &[
                K::OrganisationRequested,
                K::OrganisationRegistered,
                K::OrganisationRequestRefused,
                K::MandateOffered,
                K::MandateGranted,
                K::MandateAccepted,
                K::MandateEnded,
                K::MandateGivenBack,
            ],
            Self::Security => &[
                K::PasswordChanged,
                K::CredentialAdded,
                K::CredentialRenamed,
                K::CredentialRemoved,
                K::CredentialRaised,
                K::CredentialSuspected,
                K::RecoveryCodeUsed,
                K::ContactVerified,
                K::ContactRemoved,
                K::LanguageChosen,
                K::DataDownloaded,
                K::CorrectionAsked,
                K::CorrectionSettled,
                K::MessageUndelivered,
                K::SecondStepSwitched,
                K::RecoveryBegun,
                K::RecoveryFinished,
                K::RecoveryStopped,
                K::CodeIssued,
                K::IssuedCodeUsed,
                K::CitizenLocked,
                K::CitizenUnlocked,
                K::CitizenActivated,
                K::CitizenSuspended,
                K::CitizenResumed,
                K::CitizenReopened,
                K::CitizenClosed,
                K::CitizenDeceased,
                K::ClosingAsked,
                K::ClosingCancelled,
                K::IdentityProven,
                K::GuardianshipEntered,
                K::GuardianshipEnded,
                K::AccountOpened,
                K::RegistrationTried,
                K::DataCorrected,
                K::CitizenRenumbered,
            ],
        }
    }
}

/// What somebody looks for in their activity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub topic: Option<Topic>,
    pub client: Option<ClientId>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

/// A page of what is wanted, the latest first, and where the next page begins.
pub async fn list(
    app: &App,
    citizen: CitizenId,
    wanted: &Wanted,
    before: Option<EventId>,
) -> Result<(Vec<RecordedEvent>, Option<EventId>), FlowError> {
    page(app, citizen, wanted, before, EVENTS_A_PAGE).await
}

/// As [`list`], with up to `limit` events.
pub async fn page(
    app: &App,
    citizen: CitizenId,
    wanted: &Wanted,
    before: Option<EventId>,
    limit: u32,
) -> Result<(Vec<RecordedEvent>, Option<EventId>), FlowError> {
    let kinds: Vec<EventKind> = match wanted.topic {
        Some(topic) => topic.kinds().to_vec(),
        None => Topic::ALL.into_iter().flat_map(Topic::kinds).copied().collect(),
    };
    let filter =
        EventFilter { kinds: &kinds, client: wanted.client.as_ref(), since: wanted.since, until: wanted.until };
    let page = app.store.read().await?.audit().search(citizen, filter, before, limit).await?;
    Ok((page.items, page.next))
}

/// What clients were told claims for when they were, by what the events say of it.
pub async fn stated(app: &App, events: &[RecordedEvent]) -> Result<HashMap<String, StatedTerms>, FlowError> {
    let mut stated = HashMap::new();
    let mut store = app.store.read().await?;
    for text in events.iter().filter_map(|event| event.details.get(TERMS)) {
        let Some(id) = base64url::decode_array(text).filter(|_| !stated.contains_key(text)) else { continue };
        if let Some(terms) = store.releases().stated(&id).await? {
            stated.insert(text.clone(), terms);
        }
    }
    Ok(stated)
}

/// The terms among those of [`stated`] that an event is under.
pub fn terms_of<'a>(event: &RecordedEvent, stated: &'a HashMap<String, StatedTerms>) -> Option<&'a StatedTerms> {
    stated.get(event.details.get(TERMS)?)
}

/// The portals that anything in the activity is about.
pub async fn clients(app: &App, citizen: CitizenId) -> Result<Vec<ClientId>, FlowError> {
    Ok(app.store.read().await?.audit().clients_of_citizen(citizen).await?)
}

/// One event of this citizen's.
pub async fn find(app: &App, citizen: CitizenId, id: EventId) -> Result<Option<RecordedEvent>, FlowError> {
    Ok(app.store.read().await?.audit().find_of_citizen(citizen, id).await?)
}
