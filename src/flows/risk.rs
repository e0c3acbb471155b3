//! What is unusual about a sign-in: gathers what the rules look at, and asks them (`domain::risk`).

use crate::config::Risk;
use crate::domain::ids::CitizenId;
use crate::domain::risk::{
    Assessment, Facts, ImpossibleTravel, ManyAccounts, NewDevice, Place, Response, Rule, Sighting,
};
use crate::sessions::Claim;

use super::throttle::KnownDevice;
use super::visitor::Visitor;
use super::{App, FlowError, short_lived};

fn rules(risk: &Risk) -> [Box<dyn Rule>; 3] {
    [
        Box::new(NewDevice { response: risk.new_device }),
        Box::new(ImpossibleTravel { response: risk.impossible_travel, within: risk.travel_time }),
        Box::new(ManyAccounts { response: risk.many_accounts, most: risk.accounts_per_address.most }),
    ]
}

/// What the rules say of a sign-in of `citizen` on this device. On one of their own nothing is looked up.
pub async fn assess(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    device: KnownDevice,
) -> Result<Assessment, FlowError> {
    if device != KnownDevice::No {
        return Ok(Assessment::default());
    }
    let risk = &app.settings.risk;
    let devices = app.store.read().await?.known_devices().list(citizen).await?;
    let here = app.store.places(citizen, &visitor.block())?;
    let current = place(app, visitor, citizen)?;
    let sighting = |device: &crate::storage::KnownDevice| {
        // A place that was named by the key before is the same place.
        let place = device.place.map(|place| if here.contains(&place) { current } else { place });
        place.map(|place| Sighting { place, at: device.last_used_at })
    };
    let names = short_lived::names_from(&visitor.network());
    let facts = Facts {
        now: app.clock.now(),
        place: current,
        sightings: devices.iter().filter_map(sighting).collect(),
        names_from_network: app.sessions.peek_count(&names, risk.accounts_per_address.window).await?,
    };
    Ok(Assessment::of(&rules(risk), &facts))
}

/// Where the visitor is, as the citizen's records name it.
pub fn place(app: &App, visitor: &Visitor, citizen: CitizenId) -> Result<Place, FlowError> {
    let places = app.store.places(citizen, &visitor.block())?;
    places.into_iter().next().ok_or_else(|| FlowError::failed("the blind index has no key"))
}

/// Notes that somebody's name (by its tag) was tried from `network`: each name once in a window.
pub(super) async fn note_name(app: &App, network: &str, name: &str) -> Result<(), FlowError> {
    let risk = &app.settings.risk;
    if risk.many_accounts == Response::Off {
        return Ok(());
    }
    let window = risk.accounts_per_address.window;
    if app.sessions.claim(&short_lived::name_tried_from(network, name), &(), window).await? == Claim::Won {
        app.sessions.count(&short_lived::names_from(network), window).await?;
    }
    Ok(())
}
