//! Devices that cannot show a sign-in page, or whose owner would rather not type on them: RFC 8628.
//!
//! 1. [`begin`]: the device's program asks, and is given a device code for itself and a user code for the person
//! 2. [`find`]: the person, signed in on a device of their own, enters the user code
//! 3. [`decide`]: they see who asks, from where and what for, and decide
//! 4. `token::device_code`: the device's program, which has been asking all the while, is given its tokens
//!
//! Who approves sits at another device than the one that gets the tokens, so nothing ties the two together but the person's
//! own eyes (RFC 8628 §5.4): somebody may have sent them the code. So a code is entered or confirmed by hand, the page says
//! where the request came from, and everyone is asked every time, whatever they allowed before.

mod begin;
pub mod decide;
mod find;

use std::time::Duration;

pub use begin::begin;
pub use find::{Found, find};

use crate::domain::device_authorization::DeviceAuthorization;
use crate::domain::user_code::UserCode;

use super::{App, FlowError, short_lived};

/// A record is kept beyond its end for as long, so that a late device is told that its code has expired.
pub(super) const REMEMBERED: Duration = Duration::from_secs(600);

/// What waits for a decision under this code.
async fn waiting(app: &App, code: UserCode) -> Result<Option<DeviceAuthorization>, FlowError> {
    let Some(hash) = app.sessions.get(&short_lived::user_code(code)).await? else {
        return Ok(None);
    };
    let found = app.sessions.get(&short_lived::device_code(&hash)).await?;
    Ok(found.filter(|asked| asked.user_code == code && app.clock.now() < asked.expires_at))
}
