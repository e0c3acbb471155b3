//! Cookies. `__Host-` names, `Secure`, `HttpOnly`, `SameSite=Lax` over https; on an http loopback issuer the same
//! without prefix and `Secure`, which browsers and libraries would drop there.
//!
//! Names, not paths, keep issuers on one host apart: `__Host-` demands `Path=/`, and is what keeps a sibling host from
//! planting a cookie (`docs/decisions/0007-an-issuer-with-a-path.md`).

use std::time::Duration;

use http::header::{COOKIE, HeaderMap, HeaderValue};

use crate::crypto::hash::hash_secret;
use crate::domain::issuer::Issuer;
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::session::PEOPLE_PER_BROWSER;

/// The cookies there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Which browser this is, before and beside any session: what a sign-in under way is bound to.
    Browser,
    /// Who is signed in. Gone when the browser is closed, or when the server says so.
    Session,
    /// A secret of each person who has signed in on this device before, who used it last first; joined by dots.
    Device,
    /// The language the person chose.
    Language,
    /// Another for every session: what `check-session.js` looks at, in frames on portals' pages. No secret.
    State,
}

impl Cookie {
    const fn name(self) -> &'static str {
        match self {
            Self::Browser => "senid-browser",
            Self::Session => "senid-session",
            Self::Device => "senid-device",
            Self::Language => "senid-language",
            Self::State => "senid-state",
        }
    }

    const fn lives(self) -> Option<Duration> {
        const YEAR: Duration = Duration::from_secs(365 * 86_400);
        match self {
            Self::Browser | Self::Session | Self::State => None,
            Self::Device | Self::Language => Some(YEAR),
        }
    }
}

/// How cookies are named and marked at this issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieScope {
    secure: bool,
    /// What an issuer's path adds to the names: `/sso/citizens` is `.sso.citizens`, which no other path becomes.
    suffix: String,
}

/// No cookie of ours is longer.
const LONGEST: usize = 320;

impl CookieScope {
    pub fn of(issuer: &Issuer) -> Self {
        Self { secure: issuer.is_https(), suffix: issuer.path().replace('/', ".") }
    }

    pub fn full_name(&self, cookie: Cookie) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}{}{}", cookie.name(), self.suffix)
    }

    /// The value of a cookie that the browser sent. Two of the same name mean that someone planted one: then neither counts.
    pub fn read(&self, headers: &HeaderMap, cookie: Cookie) -> Option<String> {
        let name = self.full_name(cookie);
        let pairs = headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok());
        let mut values = pairs
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(own, _)| *own == name)
            .map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) if (1..=LONGEST).contains(&value.len()) => Some(value.to_owned()),
            _ => None,
        }
    }

    /// A secret cookie, and its hash.
    pub fn read_secret(&self, headers: &HeaderMap, cookie: Cookie) -> Option<(SecretString, SecretHash)> {
        let value = self.read(headers, cookie)?;
        let hash = hash_secret(value.as_bytes());
        Some((SecretString::new(value), hash))
    }

    /// The secrets of everybody whose device it is, as far as they are ours to keep, and their hashes.
    pub fn read_devices(&self, headers: &HeaderMap) -> Vec<(SecretString, SecretHash)> {
        let value = self.read(headers, Cookie::Device).unwrap_or_default();
        let secrets = value.split('.').filter(|secret| !secret.is_empty()).take(PEOPLE_PER_BROWSER);
        secrets.map(|secret| (SecretString::new(secret), hash_secret(secret.as_bytes()))).collect()
    }

    /// The header that sets these secrets anew: with `first` before all others, without `gone`, and without whoever there is no room
    /// for, who used the device longest ago. Where nobody is left it takes the cookie away.
    pub fn set_devices(
        &self,
        before: &[(SecretString, SecretHash)],
        first: Option<&SecretString>,
        gone: Option<SecretHash>,
    ) -> Option<HeaderValue> {
        let stay = before.iter().filter(|(secret, hash)| Some(*hash) != gone && Some(secret) != first);
        let secrets = first.into_iter().chain(stay.map(|(secret, _)| secret)).map(SecretString::expose);
        let joined: Vec<&str> = secrets.take(PEOPLE_PER_BROWSER).collect();
        match joined.is_empty() {
            true => self.clear(Cookie::Device),
            false => self.set(Cookie::Device, &joined.join(".")),
        }
    }

    /// The header that sets a cookie.
    pub fn set(&self, cookie: Cookie, value: &str) -> Option<HeaderValue> {
        let age = cookie.lives().map(|lives| format!("; Max-Age={}", lives.as_secs())).unwrap_or_default();
        self.header(cookie, value, &age)
    }

    /// The header that takes a cookie away.
    pub fn clear(&self, cookie: Cookie) -> Option<HeaderValue> {
        self.header(cookie, "", "; Max-Age=0")
    }

    fn header(&self, cookie: Cookie, value: &str, age: &str) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let access = match (cookie, self.secure) {
            // Read by a script, in a frame on another site.
            (Cookie::State, true) => "SameSite=None",
            // Browsers take `None` from nobody without `Secure`.
            (Cookie::State, false) => "SameSite=Lax",
            _ => "HttpOnly; SameSite=Lax",
        };
        let text = format!("{}={value}; Path=/; {access}{secure}{age}", self.full_name(cookie));
        HeaderValue::try_from(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(issuer: &str) -> CookieScope {
        CookieScope::of(&issuer.parse().unwrap())
    }

    fn sent(cookie: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(cookie))])
    }

    #[test]
    fn a_cookie_that_came_twice_does_not_count() {
        let headers = sent("senid-session=good; senid-session=planted");
        assert_eq!(at("http://localhost").read(&headers, Cookie::Session), None);
    }

    #[test]
    fn over_https_only_the_host_bound_name_counts() {
        let headers = sent("senid-session=planted; __Host-senid-session=good");
        assert_eq!(at("https://id.example").read(&headers, Cookie::Session).as_deref(), Some("good"));
    }

    #[test]
    fn a_session_cookie_is_closed_to_scripts_and_other_sites() {
        let header = at("https://id.example").set(Cookie::Session, "x").unwrap();
        assert_eq!(header, "__Host-senid-session=x; Path=/; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn issuers_on_one_host_have_cookies_of_their_own() {
        let headers = sent("__Host-senid-session=origin; __Host-senid-session.a=a; __Host-senid-session.a.b=ab");
        for (issuer, own) in [
            ("https://id.example", Some("origin")),
            ("https://id.example/a", Some("a")),
            ("https://id.example/a/b", Some("ab")),
            ("https://id.example/a-b", None),
        ] {
            assert_eq!(at(issuer).read(&headers, Cookie::Session).as_deref(), own, "{issuer}");
        }
        let header = at("https://id.example/a").set(Cookie::Session, "x").unwrap();
        assert_eq!(header, "__Host-senid-session.a=x; Path=/; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn a_device_keeps_who_used_it_last_and_forgets_who_used_it_longest_ago() {
        let scope = at("http://localhost");
        let before = scope.read_devices(&sent("senid-device=a.b.c.d.e.f.g.h"));
        let names: Vec<&str> = before.iter().map(|(secret, _)| secret.expose()).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e", "f"]);
        let value = |first: Option<&str>, gone: Option<&str>| {
            let first = first.map(SecretString::new);
            let gone = gone.map(|gone| hash_secret(gone.as_bytes()));
            let header = scope.set_devices(&before, first.as_ref(), gone).unwrap();
            header.to_str().unwrap().split(';').next().unwrap().to_owned()
        };
        assert_eq!(value(Some("x"), None), "senid-device=x.a.b.c.d.e");
        assert_eq!(value(Some("c"), None), "senid-device=c.a.b.d.e.f");
        assert_eq!(value(None, Some("a")), "senid-device=b.c.d.e.f");
        let alone = scope.read_devices(&sent("senid-device=a"));
        let nobody = scope.set_devices(&alone, None, Some(hash_secret(b"a"))).unwrap();
        assert!(
            nobody.to_str().unwrap().starts_with("senid-device=;") && nobody.to_str().unwrap().contains("Max-Age=0")
        );
    }

    #[test]
    fn what_portals_may_see_of_a_session_is_open_to_scripts_in_their_frames() {
        let header = at("https://id.example").set(Cookie::State, "x").unwrap();
        assert_eq!(header, "__Host-senid-state=x; Path=/; SameSite=None; Secure");
        assert_eq!(at("http://localhost").set(Cookie::State, "x").unwrap(), "senid-state=x; Path=/; SameSite=Lax");
    }
}
