//! Organisations, mandates and invitations: sealed, found by whoever has to find them, and ended once.

use std::collections::BTreeSet;
use std::time::Duration;

use senid::crypto::random::SystemRandom;
use senid::domain::assurance::AccountLevel;
use senid::domain::citizen::CitizenStatus;
use senid::domain::ids::{CitizenId, ClientId, InvitationId, MandateId, OrganisationId, RegistrationRequestId};
use senid::domain::mandate::{
    Acting, Basis, Delegation, EndReason, Ended, InWhoseName, Invitation, InvitationEnd, InvitationState, Mandate,
    Offer, Portals, Position, Role,
};
use senid::domain::operator::ShellAccounts;
use senid::domain::organisation::{
    Organisation, OrganisationName, OrganisationStatus, Registrars, RegistrationRequest, RequestState,
};
use senid::domain::time::Timestamp;
use senid::storage::{Conflict, Error, Exchange, Store};

use super::on_every_database;
use super::people::{
    AN, BINH, DAY, MINUTE, NOW, both_masters, enrol, exchange, grant, hash, name, participant, register, vault,
    vault_under,
};

pub const RED_RIVER: &str = "vn-mst:0100109106";
const OFFICE: &str = "vn-agency:H57.12.03";

pub fn organisation(code: &str) -> Organisation {
    Organisation {
        id: OrganisationId::new(NOW, &SystemRandom::new()),
        status: OrganisationStatus::Active,
        code: code.parse().unwrap(),
        name: OrganisationName::try_from("Công ty Cổ phần Sông Hồng".to_owned()).unwrap(),
        created_at: NOW,
        updated_at: NOW,
    }
}

/// The legal representative's.
pub fn representative(citizen: CitizenId, organisation: &Organisation) -> Mandate {
    Mandate {
        id: MandateId::new(NOW, &SystemRandom::new()),
        citizen,
        organisation: organisation.id,
        role: Role::LegalRepresentative,
        position: Some(Position::try_from("Giám đốc".to_owned()).unwrap()),
        portals: Portals::All,
        delegation: Delegation::Allowed,
        starts_at: NOW,
        ends_at: None,
        basis: Basis::Registrar,
        granted_at: NOW,
        ended: None,
    }
}

fn delegate(citizen: CitizenId, own: &Mandate, portal: &str) -> Mandate {
    Mandate {
        id: MandateId::new(NOW + MINUTE, &SystemRandom::new()),
        citizen,
        role: Role::Delegate,
        position: None,
        portals: Portals::Only(BTreeSet::from([portal.parse().unwrap()])),
        delegation: Delegation::NotAllowed,
        ends_at: Some(NOW + DAY),
        basis: Basis::Derived { from: own.id, by: own.citizen },
        ..own.clone()
    }
}

fn invitation(own: &Mandate, code: &str) -> Invitation {
    Invitation {
        id: InvitationId::new(NOW, &SystemRandom::new()),
        organisation: own.organisation,
        code: hash(code),
        invited: name(BINH),
        offer: Offer {
            role: Role::Employee,
            position: Some(Position::try_from("Kế toán trưởng".to_owned()).unwrap()),
            portals: Portals::Only(BTreeSet::from(["portal".parse().unwrap()])),
            delegation: Delegation::Allowed,
            starts_at: Some(NOW + MINUTE),
            ends_at: None,
        },
        offered_by: own.citizen,
        offered_with: own.id,
        offered_at: NOW,
        expires_at: NOW + DAY,
        state: InvitationState::Offered,
    }
}

pub async fn found(store: &Store, organisation: &Organisation, mandates: &[&Mandate]) {
    let mut tx = store.begin().await.unwrap();
    tx.organisations().insert(organisation).await.unwrap();
    for mandate in mandates {
        tx.mandates().insert(mandate).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn settle(store: &Store, invitation: &Invitation, how: InvitationEnd, now: Timestamp) -> bool {
    let mut tx = store.begin().await.unwrap();
    let settled = tx.mandate_invitations().settle(invitation.organisation, invitation.id, how, now).await.unwrap();
    tx.commit().await.unwrap();
    settled
}

fn request(citizen: CitizenId) -> RegistrationRequest {
    RegistrationRequest {
        id: RegistrationRequestId::new(NOW, &SystemRandom::new()),
        citizen,
        code: RED_RIVER.parse().unwrap(),
        name: OrganisationName::try_from("Sông Hồng".to_owned()).unwrap(),
        asked_at: NOW,
        state: RequestState::Asked,
    }
}

/// For the tests that look at every table.
pub async fn are_granted_and_ended(store: &Store, citizen: CitizenId, client: &ClientId) {
    let organisation = organisation(OFFICE);
    let own = representative(citizen, &organisation);
    found(store, &organisation, &[&own]).await;
    let mut tx = store.begin().await.unwrap();
    tx.mandate_invitations().insert(&invitation(&own, "an invitation of everybody's")).await.unwrap();
    tx.organisation_requests().insert(&request(citizen)).await.unwrap();
    assert!(tx.organisations().hold(organisation.id).await.unwrap().is_some());
    assert!(tx.mandates().hold(citizen, own.id).await.unwrap().is_some());
    assert!(tx.organisations().rewrap(uuid::Uuid::nil(), 9).await.unwrap().last.is_some());
    tx.organisations().set_status(organisation.id, OrganisationStatus::Active, NOW).await.unwrap();
    tx.mandate_invitations().withdraw_of(organisation.id, own.id, NOW).await.unwrap();
    tx.mandate_invitations().forget(NOW).await.unwrap();
    tx.grants().revoke_of_mandate(citizen, own.id, NOW).await.unwrap();
    assert_eq!(tx.session_clients().leave_mandate(citizen, own.id).await.unwrap(), []);
    tx.commit().await.unwrap();
    let mut reading = store.read().await.unwrap();
    assert_eq!(reading.mandates().of_citizen(citizen, 9).await.unwrap().len(), 1);
    assert_eq!(reading.mandates().history_of_citizen(citizen, None, 9).await.unwrap().items.len(), 1);
    assert_eq!(reading.mandates().of_organisation(organisation.id, None, 9).await.unwrap().items.len(), 1);
    assert!(reading.mandates().due(NOW, 9).await.unwrap().is_empty());
    assert!(reading.organisation_requests().waiting(None, 9).await.unwrap().items.len() == 1);
    assert_eq!(reading.organisations().list(None, 9).await.unwrap().items.len(), 1);
    assert!(reading.organisations().find_by_code(&OFFICE.parse().unwrap()).await.unwrap().is_some());
    assert_eq!(
        reading.session_clients().in_whose_name(citizen, participant_session(), client).await.unwrap(),
        None,
        "nobody was asked"
    );
}

fn participant_session() -> senid::domain::ids::SessionId {
    senid::domain::ids::SessionId::new(NOW, &SystemRandom::new())
}

on_every_database! {
    async fn an_organisation_is_found_by_its_code_under_every_key_and_has_it_alone(store: Store) {
        let red_river = organisation(RED_RIVER);
        found(&store, &red_river, &[]).await;
        store.unlock(vault(3));
        let mut reading = store.read().await.unwrap();
        let by_code = reading.organisations().find_by_code(&red_river.code).await.unwrap();
        assert_eq!(by_code.as_ref(), Some(&red_river));
        assert_eq!(reading.organisations().find(red_river.id).await.unwrap(), by_code);
        assert_eq!(reading.organisations().find_by_code(&OFFICE.parse().unwrap()).await.unwrap(), None);
        let mut tx = store.begin().await.unwrap();
        let second = tx.organisations().insert(&organisation(RED_RIVER)).await;
        assert!(matches!(second, Err(Error::Conflict(Conflict::Organisation))), "{second:?}");
    }

    async fn what_an_organisation_is_called_opens_after_the_master_key_was_changed(store: Store) {
        let red_river = organisation(RED_RIVER);
        found(&store, &red_river, &[]).await;
        store.unlock(vault_under(&both_masters(), 1));
        assert_eq!(store.read().await.unwrap().organisations().wrapped_before(2).await.unwrap(), 1);
        let mut tx = store.begin().await.unwrap();
        let dealt = tx.organisations().rewrap(uuid::Uuid::nil(), 9).await.unwrap();
        assert_eq!((dealt.changed, dealt.last), (1, Some(red_river.id.uuid())));
        assert_eq!(tx.organisations().rewrap(red_river.id.uuid(), 9).await.unwrap().last, None);
        tx.commit().await.unwrap();
        store.unlock(vault_under(&super::people::second_master(), 1));
        let mut reading = store.read().await.unwrap();
        assert_eq!(reading.organisations().wrapped_before(2).await.unwrap(), 0);
        assert_eq!(reading.organisations().find(red_river.id).await.unwrap(), Some(red_river));
    }

    async fn a_mandate_is_seen_by_both_sides_as_it_was_granted(store: Store) {
        let (an, binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        let red_river = organisation(RED_RIVER);
        let own = representative(an.id, &red_river);
        let granted = delegate(binh.id, &own, "portal");
        found(&store, &red_river, &[&own, &granted]).await;

        let mut reading = store.read().await.unwrap();
        let held = reading.mandates().find(binh.id, granted.id).await.unwrap().unwrap();
        assert_eq!((&held.mandate, &held.organisation, held.level), (&granted, &red_river, AccountLevel::Proven));
        // Another's mandate is not one's own, whoever knows its id.
        assert!(reading.mandates().find(an.id, granted.id).await.unwrap().is_none());
        let other = OrganisationId::new(NOW, &SystemRandom::new());
        assert!(reading.mandates().find_of(other, granted.id).await.unwrap().is_none());
        let holder = reading.mandates().find_of(red_river.id, own.id).await.unwrap().unwrap();
        assert_eq!((holder.mandate, holder.citizen.id), (own.clone(), an.id));
        let all = reading.mandates().of_organisation(red_river.id, None, 1).await.unwrap();
        assert_eq!((all.items[0].mandate.id, all.next), (granted.id, Some(granted.id)));
        let rest = reading.mandates().of_organisation(red_river.id, all.next, 1).await.unwrap();
        assert_eq!((rest.items[0].mandate.id, rest.next), (own.id, None));
        assert_eq!(reading.mandates().derived_from(red_river.id, own.id).await.unwrap(), [(binh.id, granted.id)]);
        assert_eq!(reading.mandates().derived_from(red_river.id, granted.id).await.unwrap(), []);
    }

    async fn whoever_was_erased_is_not_among_an_organisation_s_people(store: Store) {
        let (an, binh) = (enrol(&store, AN).await, enrol(&store, BINH).await);
        let red_river = organisation(RED_RIVER);
        let own = representative(an.id, &red_river);
        let granted = delegate(binh.id, &own, "portal");
        found(&store, &red_river, &[&own, &granted]).await;
        let mut tx = store.begin().await.unwrap();
        let closed = (CitizenStatus::Active, CitizenStatus::Closed);
        assert!(tx.citizens().set_status(binh.id, closed, NOW).await.unwrap());
        assert!(tx.citizens().erase(binh.id, NOW + DAY).await.unwrap());
        tx.commit().await.unwrap();
        let mut reading = store.read().await.unwrap();
        let people = reading.mandates().of_organisation(red_river.id, None, 9).await.unwrap().items;
        assert_eq!(people.iter().map(|holder| holder.mandate.id).collect::<Vec<_>>(), [own.id]);
        assert!(reading.mandates().find_of(red_river.id, granted.id).await.unwrap().is_none());
    }

    async fn a_mandate_ends_once_and_stays_in_the_history(store: Store) {
        let an = enrol(&store, AN).await;
        let red_river = organisation(RED_RIVER);
        let own = Mandate { ends_at: Some(NOW + DAY), ..representative(an.id, &red_river) };
        found(&store, &red_river, &[&own]).await;
        let due = |at: Timestamp| {
            let store = store.clone();
            async move { store.read().await.unwrap().mandates().due(at, 9).await.unwrap() }
        };
        assert_eq!(due(NOW + DAY - Duration::from_micros(1)).await, []);
        assert_eq!(due(NOW + DAY).await, [(an.id, Acting { organisation: red_river.id, mandate: own.id })]);
        for (why, first) in [(EndReason::Expired, true), (EndReason::Revoked, false)] {
            let mut tx = store.begin().await.unwrap();
            assert_eq!(tx.mandates().end(an.id, own.id, why, NOW + DAY).await.unwrap(), first);
            tx.commit().await.unwrap();
        }
        assert_eq!(due(NOW + 2 * DAY).await, []);
        let mut reading = store.read().await.unwrap();
        assert!(reading.mandates().of_citizen(an.id, 9).await.unwrap().is_empty());
        let history = reading.mandates().history_of_citizen(an.id, None, 9).await.unwrap().items;
        assert_eq!(history[0].mandate.ended, Some(Ended { at: NOW + DAY, why: EndReason::Expired }));
    }

    async fn an_invitation_is_answered_once_and_not_after_its_time(store: Store) {
        let an = enrol(&store, AN).await;
        let red_river = organisation(RED_RIVER);
        let own = representative(an.id, &red_river);
        found(&store, &red_river, &[&own]).await;
        let (first, late, withdrawn) = (invitation(&own, "1"), invitation(&own, "2"), invitation(&own, "3"));
        let mut tx = store.begin().await.unwrap();
        for invitation in [&first, &late, &withdrawn] {
            tx.mandate_invitations().insert(invitation).await.unwrap();
        }
        tx.commit().await.unwrap();
        let by_code = |text: &'static str| {
            let store = store.clone();
            async move { store.read().await.unwrap().mandate_invitations().find_by_code(hash(text)).await.unwrap() }
        };
        assert_eq!(by_code("1").await, Some(first.clone()));
        assert_eq!(by_code("another").await, None);
        assert!(settle(&store, &first, InvitationEnd::Accepted, NOW).await);
        assert!(!settle(&store, &first, InvitationEnd::Accepted, NOW).await, "it was answered");
        assert!(!settle(&store, &late, InvitationEnd::Accepted, NOW + DAY).await, "its time was over");
        let mut tx = store.begin().await.unwrap();
        tx.mandate_invitations().withdraw_of(red_river.id, own.id, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!settle(&store, &withdrawn, InvitationEnd::Accepted, NOW).await, "what it rests on has ended");
        assert_eq!(by_code("1").await.unwrap().state, InvitationState::Ended(InvitationEnd::Accepted));
        let open = store.read().await.unwrap().mandate_invitations().open(red_river.id, NOW, 9).await.unwrap();
        assert_eq!(open, []);
    }

    async fn a_request_is_confirmed_step_by_step_and_settled_once(store: Store) {
        let an = enrol(&store, AN).await;
        let asked = request(an.id);
        let mut tx = store.begin().await.unwrap();
        tx.organisation_requests().insert(&asked).await.unwrap();
        tx.commit().await.unwrap();
        let once = asked.clone().confirm("lan", &ShellAccounts::default(), Registrars::Two).unwrap();
        let confirmed = once.clone().confirm("minh", &ShellAccounts::default(), Registrars::Two).unwrap();
        for (before, next, moved) in [(&asked, &once, true), (&asked, &once, false), (&once, &confirmed, true)] {
            let mut tx = store.begin().await.unwrap();
            assert_eq!(tx.organisation_requests().advance(before, next, NOW).await.unwrap(), moved);
            tx.commit().await.unwrap();
            let found = store.read().await.unwrap().organisation_requests().find(asked.id).await.unwrap();
            assert_eq!(found.map(|found| found.state), next.state.waits().then(|| next.state.clone()));
        }
        let own = store.read().await.unwrap().organisation_requests().of_citizen(an.id).await.unwrap();
        assert_eq!(own, [confirmed]);
    }

    async fn what_was_granted_by_a_mandate_ends_with_it_and_nothing_else(store: Store) {
        let an = enrol(&store, AN).await;
        let client = register(&store, "portal").await;
        let red_river = organisation(RED_RIVER);
        let own = representative(an.id, &red_river);
        found(&store, &red_river, &[&own]).await;
        let acting = Acting { organisation: red_river.id, mandate: own.id };
        let for_it = senid::domain::grant::Grant { acting: Some(acting), ..grant(an.id, &client, NOW) };
        let for_themselves = grant(an.id, &client, NOW);
        for granted in [&for_it, &for_themselves] {
            assert_eq!(exchange(&store, granted).await, Exchange::Granted);
        }
        let session = for_it.authentication.session;
        let (here, beside) = (participant(an.id, session, "portal"), participant(an.id, session, "another"));
        let mut tx = store.begin().await.unwrap();
        for participant in [&here, &beside] {
            tx.session_clients().join(participant, NOW + DAY).await.unwrap();
        }
        tx.session_clients().choose(&here, InWhoseName::Organisation(acting)).await.unwrap();
        tx.session_clients().choose(&beside, InWhoseName::Myself).await.unwrap();
        tx.commit().await.unwrap();
        let mut reading = store.read().await.unwrap();
        assert_eq!(reading.grants().find_live(for_it.id).await.unwrap().unwrap().grant.acting, Some(acting));
        let chosen = reading.session_clients().in_whose_name(an.id, session, &client.id).await.unwrap();
        assert_eq!(chosen, Some(InWhoseName::Organisation(acting)));
        let chosen = reading.session_clients().in_whose_name(an.id, session, &beside.client).await.unwrap();
        assert_eq!(chosen, Some(InWhoseName::Myself));
        drop(reading);

        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.grants().revoke_of_mandate(an.id, own.id, NOW).await.unwrap(), 1);
        assert_eq!(tx.session_clients().leave_mandate(an.id, own.id).await.unwrap(), [here]);
        tx.commit().await.unwrap();
        let mut reading = store.read().await.unwrap();
        assert!(reading.grants().find_live(for_it.id).await.unwrap().is_none());
        assert!(reading.grants().find_live(for_themselves.id).await.unwrap().is_some());
        assert_eq!(reading.session_clients().list(an.id, session).await.unwrap(), [beside.client]);
    }

    async fn a_client_that_was_signed_in_to_by_a_mandate_before_is_told_too(store: Store) {
        let an = enrol(&store, AN).await;
        let client = register(&store, "portal").await;
        let red_river = organisation(RED_RIVER);
        let own = representative(an.id, &red_river);
        found(&store, &red_river, &[&own]).await;
        let acting = Acting { organisation: red_river.id, mandate: own.id };
        let for_it = senid::domain::grant::Grant { acting: Some(acting), ..grant(an.id, &client, NOW) };
        assert_eq!(exchange(&store, &for_it).await, Exchange::Granted);
        let here = participant(an.id, for_it.authentication.session, "portal");
        let mut tx = store.begin().await.unwrap();
        tx.session_clients().join(&here, NOW + DAY).await.unwrap();
        tx.session_clients().choose(&here, InWhoseName::Myself).await.unwrap();
        assert_eq!(tx.session_clients().leave_mandate(an.id, own.id).await.unwrap(), [here]);
    }
}
