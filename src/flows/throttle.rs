//! Throttling of wrong passwords, so that guessing is slow and nobody can lock somebody else out.
//!
//! A try counts as a failure from the moment it is let in until it has turned out to be none. Were failures counted
//! afterwards, a hundred tries at once would all be let in on a count of none.
//!
//! Failures are counted for a network, and for a name *from* a network. A citizen's own known device counts by itself
//! and for nothing else, so whatever strangers do, on the same network or elsewhere, the citizen signs in. Unknown names
//! are counted like known ones: being throttled tells nothing about a name.

use std::time::Duration;

use crate::config::Rate;
use crate::crypto::base64url;
use crate::sessions::CounterKey;

use super::visitor::Visitor;
use super::{App, FlowError, short_lived};

/// Whether a try is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    Open,
    Closed {
        retry_after: Duration,
        /// How many tries have been turned away in this window, this one included.
        turned_away: u64,
    },
}

/// The counters that a try for one name from one visitor stands under.
#[derive(Debug)]
pub struct Tries {
    name: CounterKey,
    /// None for a known device.
    network: Option<CounterKey>,
}

impl Tries {
    /// `name` is the name's blind index in text; `known_device` says whether the visitor's device cookie is one that
    /// this name's citizen has signed in with.
    pub fn new(visitor: &Visitor, name: &str, known_device: KnownDevice) -> Self {
        let network = visitor.network();
        match (known_device, &visitor.device) {
            (KnownDevice::Yes, Some(device)) => {
                Self { name: short_lived::failures_for(name, &base64url::encode(device.as_bytes())), network: None }
            }
            _ => Self {
                name: short_lived::failures_for(name, &network),
                network: Some(short_lived::failures_from(&network)),
            },
        }
    }

    /// Counts one more try, and says whether it is one too many.
    pub async fn enter(&self, app: &App) -> Result<Throttle, FlowError> {
        let throttling = &app.settings.throttling;
        // The name first: whoever is turned away there has not made the network's others wait.
        let closed = count(app, &self.name, throttling.per_account_and_address).await?;
        let (Throttle::Open, Some(network)) = (closed, &self.network) else {
            return Ok(closed);
        };
        let closed = count(app, network, throttling.per_address).await?;
        if closed != Throttle::Open {
            app.sessions.discount(&self.name, throttling.per_account_and_address.window).await?;
        }
        Ok(closed)
    }

    /// The try was none after all: nothing was tried.
    pub async fn withdraw(&self, app: &App) -> Result<(), FlowError> {
        app.sessions.discount(&self.name, app.settings.throttling.per_account_and_address.window).await?;
        self.discount_network(app).await
    }

    /// The try succeeded. That forgives the failures for this name; those of the network stay counted.
    pub async fn forgive(&self, app: &App) -> Result<(), FlowError> {
        app.sessions.reset_count(&self.name, app.settings.throttling.per_account_and_address.window).await?;
        self.discount_network(app).await
    }

    async fn discount_network(&self, app: &App) -> Result<(), FlowError> {
        match &self.network {
            Some(network) => Ok(app.sessions.discount(network, app.settings.throttling.per_address.window).await?),
            None => Ok(()),
        }
    }
}

pub(super) async fn count(app: &App, key: &CounterKey, rate: Rate) -> Result<Throttle, FlowError> {
    let sum = app.sessions.count(key, rate.window).await?;
    Ok(match sum.saturating_sub(u64::from(rate.most)) {
        0 => Throttle::Open,
        turned_away => Throttle::Closed { retry_after: left_of_window(app, rate.window), turned_away },
    })
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
