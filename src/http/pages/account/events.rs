//! The audit log's events, as the person they concern reads them.

use std::collections::{BTreeSet, HashMap};

use crate::domain::assurance::AuthenticationMethod;
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::claims;
use crate::domain::ids::ClientId;
use crate::domain::release::StatedTerms;
use crate::domain::risk::Reason;
use crate::flows::FlowError;
use crate::flows::account::{RecordedEvent, activity};
use crate::http::Site;
use crate::http::pages::step_up::method_shown;
use crate::web::account::{Event as Shown, Happening, Unusual};
use crate::web::claims::{ClaimName, Method};
use crate::web::device::Device;
use crate::web::letter::Affair;
use crate::web::text::{Language, Moment};

/// What of `events` says something to the person; housekeeping is left out.
pub(super) async fn shown(site: &Site, events: &[RecordedEvent], language: Language) -> Result<Vec<Shown>, FlowError> {
    let mut names: HashMap<ClientId, String> = HashMap::new();
    for id in events.iter().filter_map(|event| event.client.as_ref()) {
        if !names.contains_key(id) {
            let client = site.app.clients.find(&site.app, id).await?;
            let name = client.map_or_else(|| id.to_string(), |client| site.portal(&client, language).name);
            names.insert(id.clone(), name);
        }
    }
    let stated = activity::stated(&site.app, events).await?;
    let purposes = |event: &RecordedEvent| purposes(event, activity::terms_of(event, &stated), language);
    Ok(events.iter().filter_map(|event| show(event, &names, purposes(event))).collect())
}

/// What a portal was told for, each purpose once, in reading order.
fn purposes(event: &RecordedEvent, stated: Option<&StatedTerms>, language: Language) -> Vec<String> {
    let mut purposes: Vec<String> = Vec::new();
    let claims = released(event);
    for claim in claims::worth_telling(&claims) {
        let purpose = stated.map_or("", |terms| terms.purpose(claim).in_language(language.tag()));
        if !purpose.is_empty() && !purposes.iter().any(|said| said == purpose) {
            purposes.push(purpose.to_owned());
        }
    }
    purposes
}

/// The names of the claims that an event is about.
fn released(event: &RecordedEvent) -> BTreeSet<String> {
    let detail = |name: &str| event.details.get(name).map(String::as_str);
    match detail("claims") {
        // A name in another language is the same person's name.
        Some(names) => names.split(' ').map(|name| claims::untagged(name).0.to_owned()).collect(),
        // From before claims could be asked for singly.
        None => claims::released_by(&detail("scope").unwrap_or_default().parse().unwrap_or_default()),
    }
}

fn show(event: &RecordedEvent, names: &HashMap<ClientId, String>, purposes: Vec<String>) -> Option<Shown> {
    let portal = event.client.as_ref().and_then(|id| names.get(id)).cloned();
    let named = |portal: Option<String>| portal.unwrap_or_default();
    let claims = || claims::worth_telling(&released(event)).map(ClaimName::parse).collect::<Vec<_>>();
    let what = match (event.kind?, event.outcome) {
        (EventKind::SignIn, Outcome::Success) => Happening::SignedIn { method: method(event), portal },
        (EventKind::SignIn, Outcome::Refused) => Happening::SignInFailed { times: 1 },
        (EventKind::SessionEnded, _) => match event.details.get("why").map(String::as_str) {
            Some("by_person") => Happening::SignedOut,
            _ => Happening::SessionEnded,
        },
        (EventKind::DeviceForgotten, _) => Happening::DeviceForgotten,
        (EventKind::ConsentGranted, _) => Happening::ConsentGiven { portal: named(portal), claims: claims() },
        (EventKind::ConsentDenied, _) => Happening::ConsentDenied { portal: named(portal) },
        (EventKind::ConsentNarrowed, _) => Happening::ConsentNarrowed { portal: named(portal), claims: claims() },
        (EventKind::ConsentWithdrawn, _) => Happening::ConsentWithdrawn { portal: named(portal) },
        (EventKind::DataReleased, _) => Happening::DataReleased { portal: named(portal), claims: claims(), purposes },
        (EventKind::DeviceAllowed, _) => Happening::DeviceAllowed { portal: named(portal) },
        (EventKind::DeviceDenied, _) => Happening::DeviceDenied { portal: named(portal) },
        (EventKind::BackChannelRequested, _) => Happening::RequestReceived { portal: named(portal) },
        (EventKind::BackChannelAllowed, _) => Happening::RequestAllowed { portal: named(portal) },
        (EventKind::BackChannelDenied, _) => Happening::RequestDenied { portal: named(portal) },
        (EventKind::CodeReplayed | EventKind::RefreshTokenReplayed, _) => {
            Happening::AccessEnded { portal: named(portal) }
        }
        (EventKind::PasswordChanged, _) => Happening::PasswordChanged,
        (EventKind::CredentialRenamed, _) => Happening::CredentialRenamed,
        (EventKind::CredentialRemoved, _) => Happening::CredentialRemoved,
        (EventKind::CredentialAdded, Outcome::Success) => Happening::CredentialAdded,
        (EventKind::CredentialRaised, _) => Happening::CredentialRaised,
        (EventKind::CredentialSuspected, _) => Happening::PasskeySuspected,
        (EventKind::RecoveryCodeUsed, _) => {
            let left = event.details.get("left").and_then(|left| left.parse().ok()).unwrap_or(0);
            Happening::RecoveryCodeUsed { left }
        }
        (EventKind::ContactVerified, _) => Happening::ContactVerified,
        (EventKind::MessageUndelivered, _) => Happening::MessageUndelivered,
        (EventKind::SecondStepSwitched, Outcome::Success) => Happening::SecondStepSwitched,
        (EventKind::RecoveryBegun, Outcome::Success) => Happening::RecoveryBegun,
        (EventKind::RecoveryFinished, Outcome::Success) => Happening::RecoveryFinished,
        (EventKind::RecoveryStopped, Outcome::Success) => Happening::RecoveryStopped,
        (EventKind::CodeIssued, Outcome::Success) => Happening::CodeIssued,
        (EventKind::IssuedCodeUsed, Outcome::Success) => Happening::IssuedCodeUsed,
        (EventKind::ContactRemoved, _) => Happening::ContactRemoved,
        (EventKind::LanguageChosen, _) => Happening::LanguageChosen,
        (EventKind::DataDownloaded, _) => Happening::DataDownloaded,
        (EventKind::CorrectionAsked, _) => Happening::CorrectionAsked,
        (EventKind::CorrectionSettled, _) => Happening::CorrectionSettled,
        (EventKind::DisclosureTold, _) => Happening::DisclosureTold,
        (EventKind::OrganisationRequested, _) => Happening::OrganisationAsked,
        (EventKind::OrganisationRegistered, _) => Happening::Organisation(Affair::Confirmed),
        (EventKind::OrganisationRequestRefused, _) => Happening::Organisation(Affair::Refused),
        (EventKind::MandateOffered, _) => Happening::Organisation(Affair::Offered),
        (EventKind::MandateGranted, _) => Happening::Organisation(Affair::Granted),
        (EventKind::MandateAccepted, _) => Happening::Organisation(Affair::Accepted),
        (EventKind::MandateEnded, _) => Happening::Organisation(Affair::Ended),
        (EventKind::MandateGivenBack, _) => Happening::Organisation(Affair::GivenBack),
        (EventKind::AccountLinked, Outcome::Success) => Happening::AccountLinked { portal: named(portal) },
        (EventKind::AccountUnlinked, _) => Happening::AccountUnlinked { portal: named(portal) },
        (EventKind::AccountOpened, Outcome::Success) => Happening::AccountOpened,
        (EventKind::RegistrationTried, _) => Happening::RegistrationTried,
        (EventKind::DataCorrected, Outcome::Success) => Happening::DataCorrected,
        (EventKind::CitizenLocked, _) => Happening::AccountLocked,
        (EventKind::CitizenUnlocked, _) => Happening::AccountUnlocked,
        (EventKind::CitizenActivated, _) => Happening::AccountActivated,
        (EventKind::CitizenSuspended, _) => Happening::AccountSuspended,
        (EventKind::CitizenResumed, _) => Happening::AccountResumed,
        // Also where they were recorded as deceased, and are here to read it.
        (EventKind::CitizenClosed | EventKind::CitizenDeceased, _) => Happening::AccountClosed,
        (EventKind::CitizenReopened, _) => Happening::AccountReopened,
        (EventKind::ClosingAsked, _) => Happening::ClosingAsked,
        (EventKind::ClosingCancelled, _) => Happening::ClosingCancelled,
        (EventKind::IdentityProven, _) => Happening::IdentityProven,
        (EventKind::GuardianshipEntered, _) => Happening::GuardianshipEntered,
        (EventKind::GuardianshipEnded, _) => Happening::GuardianshipEnded,
        (EventKind::CitizenRenumbered, _) => Happening::NumberChanged,
        _ => return None,
    };
    Some(Shown {
        at: Moment::from_micros(event.at.micros()),
        what,
        device: event.details.get("device").map(|device| Device::from_user_agent(device)),
        address: event.address.clone(),
        unusual: unusual(event),
        not_me: format!("{}?event={}", super::not_me::PATH, event.id),
    })
}

/// What was unusual about a sign-in.
fn unusual(event: &RecordedEvent) -> Vec<Unusual> {
    let detail = |name: &str| event.details.get(name).map_or("", String::as_str);
    let reasons = detail("unusual").split(' ').filter_map(Reason::parse).map(|reason| match reason {
        Reason::NewDevice => Unusual::NewDevice,
        Reason::ImpossibleTravel => Unusual::ImpossibleTravel,
        Reason::ManyAccounts => Unusual::ManyAccounts,
    });
    reasons.chain((detail("demanded") == "asked_for").then_some(Unusual::MoreAsked)).collect()
}

/// What they signed in with. Before there was a choice it was not written down.
fn method(event: &RecordedEvent) -> Method {
    let written = event.details.get("method").map(String::as_str);
    let known = AuthenticationMethod::ALL.into_iter().find(|method| Some(method.as_str()) == written);
    known.and_then(method_shown).unwrap_or(Method::Password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::EventId;
    use crate::domain::time::Timestamp;
    use crate::flows::account::activity::Topic;

    #[test]
    fn a_kind_that_says_something_is_found_under_one_topic_and_the_others_under_none() {
        for kind in EventKind::ALL {
            let event = RecordedEvent {
                id: EventId::from_uuid(uuid::Uuid::nil()),
                at: Timestamp::EPOCH,
                kind: Some(*kind),
                outcome: Outcome::Success,
                actor: String::new(),
                client: None,
                request: None,
                address: None,
                details: Default::default(),
            };
            let topics = Topic::ALL.into_iter().filter(|topic| topic.kinds().contains(kind)).count();
            assert_eq!(topics, usize::from(show(&event, &HashMap::new(), Vec::new()).is_some()), "{}", kind.as_str());
        }
    }
}
