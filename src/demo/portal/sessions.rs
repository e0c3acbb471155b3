//! What the portal remembers of browsers, in memory: sign-ins under way, and who is signed in.
//!
//! Both are bounded, so that whoever begins sign-ins without end pushes out begun ones and not the memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;

use super::provider::{SignedIn, SignedOut};

/// How long a sign-in may take.
const SIGN_IN_LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long somebody stays signed in at the portal.
const SESSION_LIFETIME: Duration = Duration::from_secs(8 * 60 * 60);
const MOST: usize = 10_000;

/// A sign-in that was begun here, found by its `state`.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    /// The browser that began it, by its cookie: the answer must come back there (RFC 9700 §4.7).
    pub(super) browser: SecretString,
    pub(super) nonce: SecretString,
    pub(super) code_verifier: SecretString,
    pub(super) asking: Asking,
}

/// Whether the provider may show pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    Openly,
    /// `prompt=none`: signed in if that needs nobody, and otherwise nothing happened.
    Silently,
    /// With a second factor, where the citizen has one (`acr_values`).
    Stronger,
}

/// Somebody who is signed in here.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) signed_in: SignedIn,
    /// What a form that changes something must bring along.
    pub(super) csrf: SecretString,
}

impl Session {
    fn ends_by(&self, told: &SignedOut) -> bool {
        let SignedIn { user_info, sid, .. } = &self.signed_in;
        told.names(user_info.subject(), sid.as_deref())
    }
}

#[derive(Debug)]
pub(super) struct Sessions {
    begun: Cache<String, Lasting<Begun>>,
    open: Cache<String, Lasting<Arc<Session>>>,
    /// The logout tokens that were taken, by `jti`, until they are too old to be taken again. Only the provider makes any.
    told: Mutex<BTreeMap<String, Timestamp>>,
}

#[derive(Clone, Debug)]
struct Lasting<T> {
    value: T,
    expires_at: Timestamp,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { begun: Cache::new(MOST), open: Cache::new(MOST), told: Mutex::default() }
    }
}

impl Sessions {
    pub(super) fn begin(&self, state: String, begun: Begun, now: Timestamp) {
        self.begun.insert(state, Lasting { value: begun, expires_at: now + SIGN_IN_LIFETIME });
    }

    /// The sign-in that `state` names, once, and to the browser that began it.
    pub(super) fn redeem(&self, state: &str, browser: &SecretString, now: Timestamp) -> Option<Begun> {
        let (_, begun) = self.begun.remove_if(state, |begun| begun.value.browser == *browser)?;
        (now < begun.expires_at).then_some(begun.value)
    }

    pub(super) fn open(&self, cookie: &SecretString, session: Session, now: Timestamp) {
        let lasting = Lasting { value: Arc::new(session), expires_at: now + SESSION_LIFETIME };
        self.open.insert(cookie.expose().to_owned(), lasting);
    }

    pub(super) fn find(&self, cookie: &SecretString, now: Timestamp) -> Option<Arc<Session>> {
        let session = self.open.get(cookie.expose())?;
        (now < session.expires_at).then_some(session.value)
    }

    pub(super) fn close(&self, cookie: &SecretString) {
        self.open.remove(cookie.expose());
    }

    /// Ends the sessions that a logout token names; `false` if that token was taken before.
    pub(super) fn end(&self, signed_out: &SignedOut, now: Timestamp) -> bool {
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.retain(|_, forget_at| now < *forget_at);
            if told.insert(signed_out.jti.clone(), signed_out.expires_at).is_some() {
                return false;
            }
        }
        self.open.retain(|_, session| !session.value.ends_by(signed_out));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_137_240);

    fn begun(browser: &str) -> Begun {
        let secret = SecretString::new;
        Begun {
            browser: secret(browser),
            nonce: secret("nonce"),
            code_verifier: secret("verifier"),
            asking: Asking::Openly,
        }
    }

    #[test]
    fn a_sign_in_is_redeemed_once_in_its_own_browser_and_in_time() {
        let sessions = Sessions::default();
        let own = SecretString::new("own");
        sessions.begin("state".to_owned(), begun("own"), NOW);

        assert!(sessions.redeem("another", &own, NOW).is_none());
        assert!(sessions.redeem("state", &SecretString::new("another"), NOW).is_none());
        assert!(sessions.redeem("state", &own, NOW).is_some());
        assert!(sessions.redeem("state", &own, NOW).is_none());

        sessions.begin("state".to_owned(), begun("own"), NOW);
        assert!(sessions.redeem("state", &own, NOW + SIGN_IN_LIFETIME).is_none());
    }

    #[test]
    fn sign_ins_without_end_take_no_memory_without_end() {
        let sessions = Sessions::default();
        for number in 0..2 * MOST {
            sessions.begin(number.to_string(), begun("own"), NOW);
        }
        assert!(sessions.begun.len() <= MOST);
    }
}
