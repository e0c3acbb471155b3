//! Devices that a citizen has signed in from: they see them, and take one off.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::ids::{CitizenId, DeviceId};
use crate::domain::secret::SecretHash;
use crate::storage::KnownDevice;

use super::super::visitor::Visitor;
use super::super::{App, FlowError};

/// A device as its citizen sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub device: KnownDevice,
    pub whose_name: Naming,
    pub place: Place,
}

/// Whether its sign-in page shows their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    Shown,
    NotShown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is the one that asks.
    Here,
    Elsewhere,
}

/// The devices of a citizen, the one that was used last first.
pub async fn list(app: &App, visitor: &Visitor, citizen: CitizenId) -> Result<Vec<Shown>, FlowError> {
    let mut store = app.store.read().await?;
    let naming = store.remembered_people().devices_of(citizen).await?;
    let devices = store.known_devices().list(citizen).await?;
    Ok(devices
        .into_iter()
        .map(|device| Shown {
            whose_name: if naming.contains(&device.secret) { Naming::Shown } else { Naming::NotShown },
            place: if visitor.devices.contains(&device.secret) { Place::Here } else { Place::Elsewhere },
            device,
        })
        .collect())
}

/// The citizen takes a device off; the secret that it was known by, where it was one of theirs. Whoever is signed in there stays so.
pub async fn forget(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    device: DeviceId,
) -> Result<Option<SecretHash>, FlowError> {
    let mut tx = app.store.begin().await?;
    let found = tx.known_devices().list(citizen).await?.into_iter().find(|known| known.id == device);
    let Some(found) = found else { return Ok(None) };
    tx.known_devices().forget(citizen, device).await?;
    let event = app.event(visitor, EventKind::DeviceForgotten, Outcome::Success);
    let event = event.by(Actor::Citizen(citizen)).about(citizen).with("device", &found.label);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Some(found.secret))
}
