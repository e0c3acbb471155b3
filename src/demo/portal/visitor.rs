//! What a browser says of itself: its cookies and its languages.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;

use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::web::text::{Language, Moment, Voice, Wishes};

use super::Portal;
use super::sessions::Session;

/// Its own: ports share a cookie jar, and SenID's cookies are named otherwise.
pub(super) const SESSION_COOKIE: &str = "portal-session";
pub(super) const LANGUAGE_COOKIE: &str = "portal-language";
/// The portal's own time zone; its citizens live there.
const TIME_ZONE: &str = "Asia/Ho_Chi_Minh";
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Who asks, before anything of it is believed.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) session: Option<SecretString>,
    pub(super) language: Language,
}

impl Visitor {
    pub(super) fn voice(&self, now: Timestamp) -> Voice {
        Voice {
            language: self.language,
            now: Moment::from_micros(now.micros()),
            zone: jiff::tz::TimeZone::get(TIME_ZONE).unwrap_or(jiff::tz::TimeZone::UTC),
        }
    }
}

impl FromRequestParts<Arc<Portal>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Infallible> {
        let cookies = CookieJar::from_headers(&parts.headers);
        let cookie = |name| cookies.get(&portal.cookie_name(name)).map(Cookie::value);
        let accept_language = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let wishes = Wishes { ui_locales: None, choice: cookie(LANGUAGE_COOKIE), accept_language };
        Ok(Self { session: cookie(SESSION_COOKIE).map(SecretString::new), language: wishes.negotiate(&Language::ALL) })
    }
}

impl Portal {
    pub(super) fn session(&self, visitor: &Visitor) -> Option<Arc<Session>> {
        self.sessions.find(visitor.session.as_ref()?, self.clock.now())
    }

    /// A cookie that ends with the browser.
    pub(super) fn cookie(&self, name: &str, value: &str) -> Cookie<'static> {
        Cookie::build((self.cookie_name(name), value.to_owned()))
            .path("/")
            .http_only(true)
            .secure(self.is_https())
            .same_site(SameSite::Lax)
            .build()
    }

    pub(super) fn lasting_cookie(&self, name: &str, value: &str) -> Cookie<'static> {
        let mut cookie = self.cookie(name, value);
        cookie.set_max_age(Some(YEAR.try_into().unwrap_or_default()));
        cookie
    }

    /// A cookie that removes the one of this name.
    pub(super) fn no_cookie(&self, name: &str) -> Cookie<'static> {
        let mut cookie = self.cookie(name, "");
        cookie.set_max_age(Some(Duration::ZERO.try_into().unwrap_or_default()));
        cookie
    }

    /// Browsers drop `__Host-` cookies that do not come over TLS.
    fn cookie_name(&self, name: &str) -> String {
        if self.is_https() { format!("__Host-{name}") } else { name.to_owned() }
    }

    fn is_https(&self) -> bool {
        self.settings.base_url.scheme() == "https"
    }
}
