//! Throttling of wrong guesses, whatever is guessed at: slow for the guesser, and nobody can lock somebody else out
//! (NIST SP 800-63B-4 §3.2.2; docs/throttling.md).
//!
//! Every method that checks something counts with [`Tries`]:
//!
//! ```text
//! let mut tries = Tries::new(app, visitor, method, sign_in.purpose.client(), whose)?;
//! tries.enter(app)      before anything is looked at or computed; Closed: turn away with 429 and Retry-After
//! tries.withdraw(app)   nothing was tried after all: the queue was full
//! tries.forgive(app)    it was right
//!                       (wrong: nothing to do, it is counted; tries.pause() says when the next one will be taken)
//! ```
//!
//! A try counts as a failure from the moment it is let in until it has turned out to be none. Were failures counted
//! afterwards, a hundred tries at once would all be let in on a count of none.
//!
//! Failures are counted for each method by itself: for a name *from* a network, for the name everywhere, for a network, for
//! the range that it is part of, and for what one client's sign-ins bring from that range. After a few failures for a name
//! from a network, each next try is taken only after a wait that doubles. In a step-up it is the citizen who is counted for,
//! wherever the tries come from: only who has proven something already comes that far.
//!
//! A citizen's own known device counts by itself and for nothing else, so whatever strangers do, on the same network or
//! elsewhere, the citizen signs in. Unknown names are counted like known ones: being throttled tells nothing about a name.

use std::time::Duration;

use crate::config::{Rate, Throttling};
use crate::crypto::base64url;
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::secret::SecretHash;
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;
use crate::sessions::{Claim, CounterKey, Key};

use super::visitor::Visitor;
use super::{App, FlowError, risk, short_lived};

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

/// Who is guessed at.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Whoever has this name: nobody has proven anything. A device that this name's citizen has signed in with counts by
    /// itself.
    Name(&'a SignInName, KnownDevice),
    /// Whoever has proven something else already, in this sign-in or session. No device has an allowance of its own here:
    /// one became known by that very proof, and whoever stole it could come with a new device for every ten guesses.
    Citizen(CitizenId),
    /// What is shown says itself whose it is (a passkey, a certificate).
    Nobody,
}

/// Whether the visitor's device is one that the citizen has signed in with before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownDevice {
    /// By this secret of it.
    Yes(SecretHash),
    No,
}

/// The counters that a try stands under.
#[derive(Debug)]
pub struct Tries {
    /// What is counted, the narrowest first: whoever is turned away there has not made others wait.
    limits: Vec<Limit>,
    /// What a success sets back to none.
    forgiven: Vec<Limit>,
    wait: Option<Wait>,
    /// A stranger's: what many of from one network are looked at for (`flows::risk`).
    name_from: Option<(String, String)>,
    pause: Option<Duration>,
}

#[derive(Clone, Debug)]
struct Limit {
    key: CounterKey,
    rate: Rate,
}

#[derive(Clone, Debug)]
struct Wait {
    /// No further try is taken before.
    until: Key<Timestamp>,
    /// How many tries there are at all.
    rate: Rate,
    turned_away: CounterKey,
}

impl Tries {
    /// A try with `method` in a sign-in for `client`, or for the person's own account.
    pub fn new(
        app: &App,
        visitor: &Visitor,
        method: AuthenticationMethod,
        client: Option<&ClientId>,
        whose: Whose<'_>,
    ) -> Result<Self, FlowError> {
        let throttling = &app.settings.throttling;
        let (network, range) = (visitor.network(), visitor.range());
        let (from, device, rate) = match whose {
            Whose::Citizen(_) => ("anywhere".to_owned(), None, throttling.codes_per_account),
            Whose::Name(_, KnownDevice::Yes(device)) => {
                (base64url::encode(device.as_bytes()), Some(device), throttling.per_account_and_address)
            }
            _ => (network.clone(), None, throttling.per_account_and_address),
        };
        let in_step_up = matches!(whose, Whose::Citizen(_));
        let whose = match whose {
            Whose::Name(name, _) => Some(app.store.name_tag(name)?),
            Whose::Citizen(citizen) => Some(citizen.to_string()),
            Whose::Nobody => None,
        };
        let everywhere = whose.as_deref().filter(|_| method.is_guessable());
        let everywhere = everywhere
            .map(|whose| Limit { key: short_lived::failures_of(method, whose), rate: throttling.per_account });
        let own = whose.as_deref().map(|whose| Limit { key: short_lived::failures_for(method, whose, &from), rate });
        let of_strangers = [
            Limit { key: short_lived::failures_from(method, &network), rate: throttling.per_address },
            Limit { key: short_lived::failures_through(method, client, &range), rate: throttling.per_client_and_range },
            Limit { key: short_lived::failures_from(method, &range), rate: throttling.per_range },
        ];
        let forgiven = own.iter().chain(&everywhere).cloned().collect();
        let limits = match device {
            Some(_) => own.into_iter().collect(),
            None => own.into_iter().chain(everywhere).chain(of_strangers).collect(),
        };
        let name_from = whose.clone().filter(|_| device.is_none() && !in_step_up).map(|name| (network, name));
        let wait = whose.filter(|_| method.is_guessable()).map(|whose| Wait {
            until: short_lived::wait_after_failures(method, &whose, &from),
            rate,
            turned_away: short_lived::tries_too_soon(method, &whose, &from),
        });
        Ok(Self { limits, forgiven, wait, name_from, pause: None })
    }

    /// Counts one more try, and says whether it is one too many or comes too soon.
    pub async fn enter(&mut self, app: &App) -> Result<Throttle, FlowError> {
        if let Some(closed) = self.too_soon(app).await? {
            return Ok(closed);
        }
        let mut tries = 0;
        for (place, limit) in self.limits.iter().enumerate() {
            let sum = app.sessions.count(&limit.key, limit.rate.window).await?;
            if place == 0 {
                tries = sum;
            }
            let closed = judge(app, sum, limit.rate);
            if closed != Throttle::Open {
                discount(app, self.limits.get(..place).unwrap_or_default()).await?;
                return Ok(closed);
            }
        }
        if let Some((network, name)) = &self.name_from {
            risk::note_name(app, network, name).await?;
        }
        let Some(wait) = &self.wait else { return Ok(Throttle::Open) };
        let Some(pause) = pause(&app.settings.throttling, wait.rate.window, tries) else { return Ok(Throttle::Open) };
        // The last one of its window: what comes next is turned away until that ends.
        let pause = if tries < u64::from(wait.rate.most) { pause } else { left_of_window(app, wait.rate.window) };
        // Of several at once that would each make the next one wait, one is let in: it is the one before, for the others.
        match app.sessions.claim(&wait.until, &(app.clock.now() + pause), pause).await? {
            Claim::Won => {
                self.pause = Some(pause);
                Ok(Throttle::Open)
            }
            Claim::Taken => {
                discount(app, &self.limits).await?;
                // Whoever was let in may have been right meanwhile, and nobody waits any more.
                let again = Throttle::Closed { retry_after: app.settings.throttling.first_wait, turned_away: 0 };
                Ok(self.too_soon(app).await?.unwrap_or(again))
            }
        }
    }

    /// How long the next try has to wait, where this one fails.
    pub fn pause(&self) -> Option<Duration> {
        self.pause
    }

    /// The try was none after all: nothing was tried.
    pub async fn withdraw(&self, app: &App) -> Result<(), FlowError> {
        self.end_wait(app).await?;
        discount(app, &self.limits).await
    }

    /// The try succeeded. That forgives the failures for this name; those of the networks stay counted.
    pub async fn forgive(&self, app: &App) -> Result<(), FlowError> {
        self.end_wait(app).await?;
        for Limit { key, rate } in &self.forgiven {
            app.sessions.reset_count(key, rate.window).await?;
        }
        let of_networks = |limit: &Limit| self.forgiven.iter().all(|own| own.key != limit.key);
        let of_networks: Vec<Limit> = self.limits.iter().filter(|limit| of_networks(limit)).cloned().collect();
        discount(app, &of_networks).await
    }

    async fn too_soon(&self, app: &App) -> Result<Option<Throttle>, FlowError> {
        let Some(Wait { until, rate, turned_away }) = &self.wait else { return Ok(None) };
        let Some(until) = app.sessions.get(until).await? else { return Ok(None) };
        // Apart from what was tried: it makes the wait no longer.
        let turned_away = app.sessions.count(turned_away, rate.window).await?;
        Ok(Some(Throttle::Closed { retry_after: app.clock.now().until(until), turned_away }))
    }

    async fn end_wait(&self, app: &App) -> Result<(), FlowError> {
        match (&self.wait, self.pause) {
            (Some(wait), Some(_)) => Ok(app.sessions.delete(&wait.until).await?),
            _ => Ok(()),
        }
    }
}

async fn discount(app: &App, limits: &[Limit]) -> Result<(), FlowError> {
    for Limit { key, rate } in limits {
        app.sessions.discount(key, rate.window).await?;
    }
    Ok(())
}

/// How long whoever fails for the `tries`th time waits: twice as long each time, never longer than failures are counted.
fn pause(throttling: &Throttling, window: Duration, tries: u64) -> Option<Duration> {
    let doubled = u32::try_from(tries.checked_sub(u64::from(throttling.free_tries))?).unwrap_or(u32::MAX);
    let factor = 2_u32.checked_pow(doubled).unwrap_or(u32::MAX);
    Some(throttling.first_wait.saturating_mul(factor).min(window))
}

pub(super) async fn count(app: &App, key: &CounterKey, rate: Rate) -> Result<Throttle, FlowError> {
    Ok(judge(app, app.sessions.count(key, rate.window).await?, rate))
}

fn judge(app: &App, sum: u64, rate: Rate) -> Throttle {
    match sum.saturating_sub(u64::from(rate.most)) {
        0 => Throttle::Open,
        turned_away => Throttle::Closed { retry_after: left_of_window(app, rate.window), turned_away },
    }
}

/// Windows begin at multiples of their length.
fn left_of_window(app: &App, window: Duration) -> Duration {
    let window_micros = i64::try_from(window.as_micros()).unwrap_or(i64::MAX).max(1);
    let into = app.clock.now().micros().rem_euclid(window_micros);
    Duration::from_micros((window_micros - into).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_after_the_free_tries_and_ends_with_the_window() {
        let throttling = Throttling::default();
        let window = throttling.per_account_and_address.window;
        let seconds = |tries| pause(&throttling, window, tries).map(|pause| pause.as_secs());
        assert_eq!([1, 2, 3, 4, 5, 6].map(seconds), [None, None, Some(2), Some(4), Some(8), Some(16)]);
        assert_eq!([11, 12, 100, u64::MAX].map(seconds), [Some(512), Some(600), Some(600), Some(600)]);
    }
}
