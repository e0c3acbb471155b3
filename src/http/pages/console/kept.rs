//! What somebody typed, sealed into an address while they prove again who they are. It opens to the same person in the same session, at the
//! same form, and for a while: whoever else is sent such an address finds an empty form, and is told why.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::crypto::base64url;
use crate::crypto::seal::Context;
use crate::domain::ids::{CitizenId, SessionId};
use crate::domain::time::Timestamp;
use crate::flows::session;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;

use super::asked;

/// The name under which it stands in an address.
pub(super) const NAME: &str = "kept";
/// So long whoever typed it may take to prove who they are, a second factor that has to be fetched included.
const WAITS: Duration = Duration::from_secs(30 * 60);
/// What stands before it: until when it opens, in microseconds since 1970, big-endian.
const UNTIL: usize = 8;

/// What an address brought back.
pub(super) enum Kept {
    /// It says nothing of it.
    Nothing,
    /// It is of somebody else, of another session, of another form, or too old; or nobody sealed it.
    Refused,
    Typed(Zeroizing<Vec<u8>>),
}

/// What it is sealed for: a purpose of ours, and the form of it.
#[derive(Clone, Copy)]
pub(super) struct For<'a> {
    pub(super) purpose: &'static str,
    pub(super) form: &'a str,
}

impl For<'_> {
    /// Whoever is signed in may open it: person and session stand in what is authenticated, and not in what is sealed.
    fn held_by(self, (citizen, session): (CitizenId, SessionId)) -> Context {
        let mut row = Vec::from(*citizen.uuid().as_bytes());
        row.extend_from_slice(session.uuid().as_bytes());
        row.extend_from_slice(self.form.as_bytes());
        Context::new(self.purpose, row)
    }
}

/// Seals what was typed for whoever is signed in; nothing where nobody is any more, because then it were anybody's.
///
/// # Errors
/// Where it cannot be sealed, or the sessions are away.
pub(super) async fn seal(site: &Site, visit: &Visit, what: For<'_>, typed: &[u8]) -> Result<String, Failure> {
    let Some(holder) = holder(site, visit).await? else { return Ok(String::new()) };
    let until = site.app.clock.now() + WAITS;
    let mut plain = Zeroizing::new(Vec::with_capacity(UNTIL + typed.len()));
    plain.extend_from_slice(&until.micros().to_be_bytes());
    plain.extend_from_slice(typed);
    let sealed = site.app.keys.seal_short_lived(&what.held_by(holder), &plain, &*site.app.random)?;
    Ok(base64url::encode(&sealed))
}

/// What the address of this request brought back.
///
/// # Errors
/// Where the sessions are away.
pub(super) async fn open(site: &Site, visit: &Visit, what: For<'_>) -> Result<Kept, Failure> {
    let Some(text) = asked(visit, NAME) else { return Ok(Kept::Nothing) };
    let Some(holder) = holder(site, visit).await? else { return Ok(Kept::Refused) };
    let opened = || {
        let sealed = base64url::decode(&text)?;
        let plain = site.app.keys.open_short_lived(&what.held_by(holder), &sealed).ok()?;
        let (until, typed) = plain.split_first_chunk::<UNTIL>()?;
        let until = Timestamp::from_micros(i64::from_be_bytes(*until));
        (site.app.clock.now() < until).then(|| Zeroizing::new(typed.to_vec()))
    };
    Ok(opened().map_or(Kept::Refused, Kept::Typed))
}

async fn holder(site: &Site, visit: &Visit) -> Result<Option<(CitizenId, SessionId)>, Failure> {
    let current = session::current(&site.app, &visit.visitor).await?;
    Ok(current.map(|current| (current.citizen(), current.id())))
}
