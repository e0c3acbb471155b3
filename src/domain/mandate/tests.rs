use std::time::Duration;

use super::*;
use crate::domain::random::Random;

/// Counts.
#[derive(Debug)]
struct Same(u8);

impl Random for Same {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn now() -> Now {
    Now { at: NOW, organisation: OrganisationStatus::Active, level: AccountLevel::Proven }
}

fn person(number: u8) -> CitizenId {
    CitizenId::new(NOW, &Same(number))
}

fn id(number: u8) -> MandateId {
    MandateId::new(NOW, &Same(number))
}

fn only(portals: &[&str]) -> Portals {
    Portals::Only(portals.iter().map(|portal| portal.parse().unwrap()).collect())
}

/// The legal representative's.
fn representative() -> Mandate {
    Mandate {
        id: id(1),
        citizen: person(1),
        organisation: OrganisationId::new(NOW, &Same(9)),
        role: Role::LegalRepresentative,
        position: None,
        portals: Portals::All,
        delegation: Delegation::Allowed,
        starts_at: NOW - DAY,
        ends_at: None,
        basis: Basis::Registrar,
        granted_at: NOW - DAY,
        ended: None,
    }
}

fn offer() -> Offer {
    Offer {
        role: Role::Delegate,
        position: None,
        portals: only(&["tax", "customs"]),
        delegation: Delegation::Allowed,
        starts_at: None,
        ends_at: Some(NOW + 10 * DAY),
    }
}

fn granting(own: &Mandate) -> Granting<'_> {
    Granting { own, now: now(), to: person(2), level: AccountLevel::Registered }
}

fn delegate() -> Mandate {
    grant(granting(&representative()), offer(), id(2)).unwrap()
}

#[test]
fn what_is_granted_is_a_part_of_the_granter_s_own_and_says_whose() {
    let granted = delegate();
    assert_eq!(granted.basis, Basis::Derived { from: id(1), by: person(1) });
    assert_eq!((granted.starts_at, granted.citizen, granted.role), (NOW, person(2), Role::Delegate));
    let narrower = Offer { portals: only(&["tax"]), ends_at: Some(NOW + DAY), ..offer() };
    let to = Granting { to: person(3), ..granting(&granted) };
    assert_eq!(grant(to, narrower, id(3)).unwrap().basis, Basis::Derived { from: id(2), by: person(2) });
}

#[test]
fn nobody_grants_more_than_they_hold() {
    let own = delegate();
    let to = Granting { to: person(3), ..granting(&own) };
    for portals in [Portals::All, only(&["health"]), only(&["tax", "health"])] {
        let wider = Offer { portals, ends_at: Some(NOW + DAY), ..offer() };
        assert_eq!(grant(to, wider, id(3)), Err(Refusal::MoreThanHeld));
    }
    // Nobody employs people in the name of whom they were given a part to do for.
    let employs = Offer { role: Role::Employee, ends_at: Some(NOW + DAY), ..offer() };
    assert_eq!(grant(to, employs.clone(), id(3)), Err(Refusal::MoreThanHeld));
    let employee = Mandate { role: Role::Employee, ..own.clone() };
    let to = Granting { to: person(3), ..granting(&employee) };
    assert_eq!(grant(to, employs, id(3)).map(|granted| granted.role), Ok(Role::Employee));
}

#[test]
fn nobody_grants_for_longer_than_they_hold() {
    let own = delegate();
    let to = Granting { to: person(3), ..granting(&own) };
    for ends_at in [None, Some(NOW + 10 * DAY + Duration::from_micros(1))] {
        assert_eq!(grant(to, Offer { ends_at, ..offer() }, id(3)), Err(Refusal::LongerThanHeld));
    }
    let none = Offer { ends_at: Some(NOW), ..offer() };
    assert_eq!(grant(granting(&representative()), none, id(3)), Err(Refusal::NoTerm));
    let backwards = Offer { starts_at: Some(NOW + 20 * DAY), ..offer() };
    assert_eq!(grant(granting(&representative()), backwards, id(3)), Err(Refusal::NoTerm));
}

#[test]
fn only_those_who_may_pass_on_do() {
    let own = Mandate { delegation: Delegation::NotAllowed, ..delegate() };
    let to = Granting { to: person(3), ..granting(&own) };
    assert_eq!(grant(to, Offer { ends_at: Some(NOW + DAY), ..offer() }, id(3)), Err(Refusal::MayNotDelegate));
}

#[test]
fn a_mandate_that_ended_or_has_not_begun_grants_nothing() {
    let ended = representative().end(EndReason::ByRegistrar, NOW).unwrap();
    let over = Mandate { ends_at: Some(NOW), ..representative() };
    let early = Mandate { starts_at: NOW + DAY, ..representative() };
    for (own, why) in [(ended, NotInForce::Ended), (over, NotInForce::Ended), (early, NotInForce::NotYet)] {
        assert_eq!(grant(granting(&own), offer(), id(2)), Err(Refusal::NotInForce(why)));
    }
}

#[test]
fn nobody_is_made_legal_representative_by_a_grant_nor_grants_themselves_anything() {
    let own = representative();
    let highest = Offer { role: Role::LegalRepresentative, ..offer() };
    assert_eq!(grant(granting(&own), highest, id(2)), Err(Refusal::LegalRepresentative));
    let to = Granting { to: person(1), ..granting(&own) };
    assert_eq!(grant(to, offer(), id(2)), Err(Refusal::ToThemselves));
}

#[test]
fn who_is_not_known_well_enough_acts_for_nobody() {
    let own = representative();
    let to = Granting { level: AccountLevel::SelfAsserted, ..granting(&own) };
    assert_eq!(grant(to, offer(), id(2)), Err(Refusal::LevelTooLow));
    let registered = Now { level: AccountLevel::Registered, ..now() };
    assert_eq!(own.stands(registered), Err(NotInForce::LevelTooLow));
    assert_eq!(delegate().stands(registered), Ok(()));
    let asserted = Now { level: AccountLevel::SelfAsserted, ..now() };
    assert_eq!(delegate().stands(asserted), Err(NotInForce::LevelTooLow));
}

#[test]
fn a_mandate_counts_at_its_portals_in_its_time_and_while_its_organisation_is_active() {
    let own = delegate();
    let (tax, health) = ("tax".parse().unwrap(), "health".parse().unwrap());
    assert_eq!(own.permits(&tax, now()), Ok(()));
    assert_eq!(own.permits(&health, now()), Err(NotInForce::OtherPortals));
    let last = Now { at: NOW + 10 * DAY - Duration::from_micros(1), ..now() };
    assert_eq!(own.permits(&tax, last), Ok(()));
    assert_eq!(own.permits(&tax, Now { at: NOW + 10 * DAY, ..now() }), Err(NotInForce::Ended));
    for organisation in [OrganisationStatus::Suspended, OrganisationStatus::Dissolved] {
        assert_eq!(own.permits(&tax, Now { organisation, ..now() }), Err(NotInForce::OrganisationInactive));
    }
}

#[test]
fn a_mandate_ends_once() {
    let ended = delegate().end(EndReason::Revoked, NOW).unwrap();
    assert_eq!(ended.ended, Some(Ended { at: NOW, why: EndReason::Revoked }));
    assert_eq!(ended.end(EndReason::GivenBack, NOW), Err(AlreadyEnded));
}

#[test]
fn the_legal_representative_ends_everyone_s_and_others_only_what_they_granted() {
    let (first, second) = (representative(), Mandate { id: id(7), citizen: person(7), ..representative() });
    let own = delegate();
    let narrower = Offer { portals: only(&["tax"]), ..offer() };
    let third = grant(Granting { to: person(3), ..granting(&own) }, narrower, id(3)).unwrap();
    assert!(first.may_end(&own) && first.may_end(&third) && own.may_end(&third));
    assert!(!first.may_end(&second), "another legal representative is the registrar's to end");
    assert!(!own.may_end(&first) && !third.may_end(&own) && !own.may_end(&own));
    let elsewhere = Mandate { organisation: OrganisationId::new(NOW, &Same(8)), ..representative() };
    assert!(!elsewhere.may_end(&own));
}

#[test]
fn a_position_is_one_line_and_is_not_printed() {
    assert_eq!(Position::try_from(" Kế toán trưởng ".to_owned()).unwrap().as_str(), "Kế toán trưởng");
    for wrong in ["", "  ", "a\nb", &"x".repeat(81)] {
        assert_eq!(Position::try_from(wrong.to_owned()), Err(InvalidPosition));
    }
    assert_eq!(format!("{:?}", Position::try_from("Giám đốc".to_owned()).unwrap()), "[position]");
}
