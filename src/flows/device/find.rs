//! The person enters the code. Guessing is slow, whoever guesses and from wherever (RFC 8628 §5.1), and nobody guesses who
//! has not signed in.

use std::time::Duration;

use crate::config::Rate;
use crate::domain::device_authorization::DeviceAuthorization;
use crate::domain::ids::CitizenId;
use crate::domain::user_code::UserCode;
use crate::sessions::CounterKey;

use super::super::throttle::{self, Throttle};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};
use super::waiting;

/// What is found under a code.
#[derive(Debug)]
pub enum Found {
    Waiting(Box<DeviceAuthorization>),
    /// It was never given out, has expired, or was decided about: which of them is nobody's business.
    Nothing,
    Throttled {
        retry_after: Duration,
    },
}

/// Looks a code up for `citizen`. A try counts from the moment it is let in until it turns out to be right.
pub async fn find(app: &App, visitor: &Visitor, citizen: CitizenId, code: UserCode) -> Result<Found, FlowError> {
    let throttling = &app.settings.throttling;
    // The narrowest first: who is turned away there has made nobody else wait.
    let doors: [(CounterKey, Rate); 3] = [
        (short_lived::user_codes_by(citizen), throttling.user_codes_per_citizen),
        (short_lived::user_codes_from(&visitor.network()), throttling.user_codes_per_address),
        (short_lived::user_codes(), throttling.user_codes_in_all),
    ];
    for (passed, (counter, rate)) in doors.iter().enumerate() {
        if let Throttle::Closed { retry_after, .. } = throttle::count(app, counter, *rate).await? {
            leave(app, &doors[..passed]).await?;
            app.metrics.device_authorization("throttled");
            return Ok(Found::Throttled { retry_after });
        }
    }
    match waiting(app, code).await? {
        Some(asked) => {
            leave(app, &doors).await?;
            Ok(Found::Waiting(Box::new(asked)))
        }
        None => {
            app.metrics.device_authorization("wrong_code");
            Ok(Found::Nothing)
        }
    }
}

/// The try was none after all.
async fn leave(app: &App, doors: &[(CounterKey, Rate)]) -> Result<(), FlowError> {
    for (counter, rate) in doors {
        app.sessions.discount(counter, rate.window).await?;
    }
    Ok(())
}
