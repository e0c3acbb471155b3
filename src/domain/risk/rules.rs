//! The rules there are. Another one is a type here and a setting that says what follows from it.

use std::time::Duration;

use super::{Facts, Reason, Response, Rule};

/// The citizen has not signed in on this device before.
#[derive(Clone, Copy, Debug)]
pub struct NewDevice {
    pub response: Response,
}

impl Rule for NewDevice {
    fn reason(&self) -> Reason {
        Reason::NewDevice
    }

    fn response(&self) -> Response {
        self.response
    }

    fn is_unusual(&self, _: &Facts) -> bool {
        true
    }
}

/// One of the citizen's own devices was somewhere else just now, and none has ever been here.
#[derive(Clone, Copy, Debug)]
pub struct ImpossibleTravel {
    pub response: Response,
    /// Who has had longer than this may have gone there.
    pub within: Duration,
}

impl Rule for ImpossibleTravel {
    fn reason(&self) -> Reason {
        Reason::ImpossibleTravel
    }

    fn response(&self) -> Response {
        self.response
    }

    fn is_unusual(&self, facts: &Facts) -> bool {
        let been_here = facts.sightings.iter().any(|sighting| sighting.place == facts.place);
        !been_here && facts.sightings.iter().any(|sighting| facts.now.since(sighting.at) < self.within)
    }
}

/// More people's names were tried from this network than live behind one.
#[derive(Clone, Copy, Debug)]
pub struct ManyAccounts {
    pub response: Response,
    pub most: u32,
}

impl Rule for ManyAccounts {
    fn reason(&self) -> Reason {
        Reason::ManyAccounts
    }

    fn response(&self) -> Response {
        self.response
    }

    fn is_unusual(&self, facts: &Facts) -> bool {
        facts.names_from_network > u64::from(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Assessment, Place, Sighting};
    use super::*;
    use crate::domain::assurance::Requirement;
    use crate::domain::time::Timestamp;

    const HOUR: Duration = Duration::from_secs(3600);
    const HOME: Place = Place::from_bytes([1; 32]);
    const ABROAD: Place = Place::from_bytes([2; 32]);
    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn facts(place: Place, sightings: &[(Place, Duration)]) -> Facts {
        let sightings = sightings.iter().map(|(place, ago)| Sighting { place: *place, at: NOW - *ago }).collect();
        Facts { now: NOW, place, sightings, names_from_network: 1 }
    }

    #[test]
    fn nobody_is_at_home_and_abroad_within_an_hour() {
        let rule = ImpossibleTravel { response: Response::Demand, within: HOUR };
        let second = Duration::from_secs(1);
        for (place, sightings, unusual) in [
            (ABROAD, &[(HOME, HOUR - second)][..], true),
            (ABROAD, &[(HOME, HOUR)], false),
            (HOME, &[(HOME, second)], false),
            // One of their devices has been there before, whenever that was.
            (ABROAD, &[(HOME, second), (ABROAD, HOUR * 500)], false),
            (ABROAD, &[], false),
        ] {
            assert_eq!(rule.is_unusual(&facts(place, sightings)), unusual, "{place:?} {sightings:?}");
        }
    }

    #[test]
    fn a_network_is_unusual_from_one_name_more_on() {
        let rule = ManyAccounts { response: Response::Notify, most: 100 };
        for (names_from_network, unusual) in [(1, false), (100, false), (101, true)] {
            assert_eq!(rule.is_unusual(&Facts { names_from_network, ..facts(HOME, &[]) }), unusual);
        }
    }

    #[test]
    fn every_rule_is_heard_and_only_those_that_demand_demand() {
        let rules = |new_device, travel| -> Vec<Box<dyn Rule>> {
            vec![
                Box::new(NewDevice { response: new_device }),
                Box::new(ImpossibleTravel { response: travel, within: HOUR }),
                Box::new(ManyAccounts { response: Response::Off, most: 0 }),
            ]
        };
        let abroad = facts(ABROAD, &[(HOME, Duration::ZERO)]);
        let both = vec![Reason::NewDevice, Reason::ImpossibleTravel];
        let told = Assessment::of(&rules(Response::Notify, Response::Notify), &abroad);
        assert_eq!(told, Assessment { reasons: both.clone(), demanded: Requirement::NONE });
        let demanded = Assessment::of(&rules(Response::Notify, Response::Demand), &abroad);
        assert_eq!(demanded, Assessment { reasons: both, demanded: Requirement::TWO_STEPS });
        assert_eq!(Assessment::of(&rules(Response::Off, Response::Off), &abroad), Assessment::default());
    }
}
