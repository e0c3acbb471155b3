//! Throttling of wrong passwords, so that guessing is slow and nobody can lock somebody else out.
//!
//! Failures are counted for a network, and for a name *from* a network. A citizen's own known device counts by itself,
//! so whatever strangers do from elsewhere, the citizen signs in. Unknown names are counted like known ones: being
//! throttled tells nothing about a name.

use std::time::Duration;

use crate::sessions::CounterKey;

use super::visitor::Visitor;
use super::{App, FlowError, short_lived};

/// Whether one more try may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    Open,
    Closed { retry_after: Duration },
}

/// The counters that a try for one name from one visitor stands under.
#[derive(Debug)]
pub struct Tries {
    network: CounterKey,
    name: CounterKey,
}

impl Tries {
    /// `name` is the name's blind index in text; `known_device` says whether the visitor's device cookie is one that
    /// this name's citizen has signed in with.
    pub fn new(visitor: &Visitor, name: &str, known_device: KnownDevice) -> Self {
        let network = visitor.network();
        let from = match (known_device, &visitor.device) {
            (KnownDevice::Yes, Some(device)) => crate::crypto::base64url::encode(device.as_bytes()),
            _ => network.clone(),
        };
        Self { network: short_lived::failures_from(&network), name: short_lived::failures_for(name, &from) }
    }

    /// Whether one more try may be made now.
    pub async fn standing(&self, app: &App) -> Result<Throttle, FlowError> {
        let throttling = &app.settings.throttling;
        for (key, rate) in [(&self.network, throttling.per_address), (&self.name, throttling.per_account_and_address)] {
            if app.sessions.peek_count(key, rate.window).await? >= u64::from(rate.most) {
                return Ok(Throttle::Closed { retry_after: left_of_window(app, rate.window) });
            }
        }
        Ok(Throttle::Open)
    }

    /// Counts a failure.
    pub async fn record_failure(&self, app: &App) -> Result<(), FlowError> {
        let throttling = &app.settings.throttling;
        app.sessions.count(&self.network, throttling.per_address.window).await?;
        app.sessions.count(&self.name, throttling.per_account_and_address.window).await?;
        Ok(())
    }

    /// A success forgives the failures for this name; those of the network stay counted.
    pub async fn forgive(&self, app: &App) -> Result<(), FlowError> {
        Ok(app.sessions.reset_count(&self.name, app.settings.throttling.per_account_and_address.window).await?)
    }
}

/// Whether the visitor's device is one that the citizen has signed in with before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownDevice {
    Yes,
    No,
}

/// Windows begin at multiples of their length.
fn left_of_window(app: &App, window: Duration) -> Duration {
    let window_micros = i64::try_from(window.as_micros()).unwrap_or(i64::MAX).max(1);
    let into = app.clock.now().micros().rem_euclid(window_micros);
    Duration::from_micros((window_micros - into).unsigned_abs())
}
