//! An answer, read within its bounds.

use std::time::Duration;

use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE};
use reqwest::tls::TlsInfo;
use reqwest::{Response, StatusCode};

use super::{FetchError, Purpose};
use crate::domain::time::Timestamp;

/// A document that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub bytes: Vec<u8>,
    /// For how long its host says that it may be kept (RFC 9111 §5.2.2.1); none where it says nothing.
    pub fresh_for: Option<Duration>,
}

/// What is seen of an address, whatever it answers.
#[derive(Clone, Debug)]
pub struct Look {
    pub status: u16,
    /// What time it is there (RFC 9110 §6.6.1).
    pub date: Option<Timestamp>,
    /// The certificate of its server, in DER.
    pub certificate: Option<Vec<u8>>,
    /// As a fetch would read it.
    pub document: Result<Document, FetchError>,
}

impl Look {
    pub(super) async fn read(response: Response, purpose: Purpose, longest: usize) -> Self {
        Self {
            status: response.status().as_u16(),
            date: response.headers().get(DATE).and_then(|date| date_of(date.to_str().ok()?)),
            certificate: response
                .extensions()
                .get::<TlsInfo>()
                .and_then(|tls| tls.peer_certificate())
                .map(<[u8]>::to_vec),
            document: Document::read(response, purpose, longest).await,
        }
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date_of(text: &str) -> Option<Timestamp> {
    let at = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_seconds(at.timestamp().as_second()))
}

impl Document {
    /// Reads `response` as a document of `purpose` with at most `longest` bytes.
    pub(super) async fn read(mut response: Response, purpose: Purpose, longest: usize) -> Result<Self, FetchError> {
        if response.status().is_redirection() {
            return Err(FetchError::Redirect);
        }
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        if response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(FetchError::Encoded);
        }
        check_media_type(response.headers(), purpose)?;
        let announced = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > longest) {
            return Err(FetchError::TooLong);
        }
        let fresh_for = fresh_for(response.headers());
        let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
        while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::BrokenOff)? {
            if bytes.len() + chunk.len() > longest {
                return Err(FetchError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Self { bytes, fresh_for })
    }
}

/// What a client answers to a security event: RFC 8935 §2.2 and §2.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    Accepted,
    /// The event is at fault; the code is the client's own text.
    Refused(String),
    /// Anything else. A page that says 200 to everything has taken nothing in.
    Status(u16),
}

impl Pushed {
    /// The longest answer that is read for its code, in bytes.
    const LONGEST: usize = 4096;

    pub(super) async fn read(mut response: Response) -> Result<Self, FetchError> {
        match response.status() {
            status if status.is_redirection() => Err(FetchError::Redirect),
            StatusCode::ACCEPTED => Ok(Self::Accepted),
            StatusCode::BAD_REQUEST => {
                let mut bytes = Vec::new();
                while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::BrokenOff)? {
                    if bytes.len() + chunk.len() > Self::LONGEST {
                        return Ok(Self::Refused(String::new()));
                    }
                    bytes.extend_from_slice(&chunk);
                }
                let told: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
                let code = told.as_ref().and_then(|told| told["err"].as_str());
                Ok(Self::Refused(code.unwrap_or_default().to_owned()))
            }
            status => Ok(Self::Status(status.as_u16())),
        }
    }
}

/// The type and subtype without regard to case; parameters are not looked at (RFC 9110 §8.3.1).
fn check_media_type(headers: &HeaderMap, purpose: Purpose) -> Result<(), FetchError> {
    let expected = purpose.media_types();
    let mut all = headers.get_all(CONTENT_TYPE).iter();
    let essence = match (all.next(), all.next()) {
        (Some(one), None) => one.to_str().ok().map(|value| value.split(';').next().unwrap_or_default().trim()),
        _ => None,
    };
    match essence {
        Some(essence) if expected.iter().any(|expected| essence.eq_ignore_ascii_case(expected)) => Ok(()),
        _ => Err(FetchError::MediaType(expected.first().copied().unwrap_or_default())),
    }
}

/// `max-age` less the time that the answer has spent in other caches. `no-store` and `no-cache` leave none of it.
fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_ascii_lowercase();
    let directives: Vec<String> = headers.get_all(CACHE_CONTROL).iter().map(text).collect();
    let mut directives = directives.iter().flat_map(|value| value.split(',')).map(str::trim);
    if directives.clone().any(|directive| matches!(directive, "no-store" | "no-cache")) {
        return Some(Duration::ZERO);
    }
    let seconds = |text: &str| text.trim_matches('"').parse::<u64>().ok();
    let max_age = directives.find_map(|directive| directive.strip_prefix("max-age=")).and_then(seconds)?;
    let age = headers.get(AGE).and_then(|age| seconds(age.to_str().ok()?)).unwrap_or_default();
    Some(Duration::from_secs(max_age.saturating_sub(age)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn how_long_a_document_is_fresh_is_read_from_cache_control() {
        for (pairs, expected) in [
            (&[][..], None),
            (&[("cache-control", "public, Max-Age=600")], Some(600)),
            (&[("cache-control", "max-age=\"60\"")], Some(60)),
            (&[("cache-control", "max-age=600, no-store")], Some(0)),
            (&[("cache-control", "no-cache")], Some(0)),
            (&[("cache-control", "max-age=soon")], None),
            (&[("cache-control", "s-maxage=600")], None),
            (&[("cache-control", "max-age=600"), ("age", "590")], Some(10)),
            (&[("cache-control", "max-age=600"), ("age", "700")], Some(0)),
        ] {
            assert_eq!(fresh_for(&headers(pairs)), expected.map(Duration::from_secs), "{pairs:?}");
        }
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(date_of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Timestamp::from_seconds(784_111_777)));
        for wrong in ["", "now", "1994-11-06T08:49:37Z"] {
            assert_eq!(date_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_document_has_exactly_the_media_type_that_is_expected() {
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/jwk-set+json"] {
            let headers = headers(&[("content-type", good)]);
            assert_eq!(check_media_type(&headers, Purpose::JwksUri), Ok(()), "{good}");
        }
        let refused = Err(FetchError::MediaType("application/jwk-set+json"));
        for bad in ["text/html", "application/jsonx", "text/html;application/json", "", "application/jwt"] {
            let headers = headers(&[("content-type", bad)]);
            assert_eq!(check_media_type(&headers, Purpose::JwksUri), refused, "{bad}");
        }
        assert_eq!(check_media_type(&HeaderMap::new(), Purpose::JwksUri), refused);
        let mut twice = headers(&[("content-type", "application/json")]);
        twice.append("content-type", "text/html".parse().unwrap());
        assert_eq!(check_media_type(&twice, Purpose::JwksUri), refused);
    }
}
