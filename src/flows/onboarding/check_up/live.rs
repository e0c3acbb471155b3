//! What is seen by asking the application's own servers.

use std::time::Duration;

use url::Url;

use super::standing::keys;
use super::{Finding, SOON, Severity, What, date};
use crate::crypto::certificate;
use crate::domain::client::{Client, ClientKeys};
use crate::domain::time::Timestamp;
use crate::outbound::{FetchError, Fetcher, Look, Purpose};

use Severity::{Error, Warning};

/// More is not asked of one application.
const MOST_REQUEST_URIS: usize = 5;
/// Assertions live for minutes, and clocks are held to one.
const MOST_SKEW: Duration = Duration::from_secs(60);
/// Nobody has signed it: an application that takes it takes anything.
const UNSIGNED: &str = "logout_token=not-a-token";

pub(super) async fn findings(fetcher: &Fetcher, client: &Client, now: Timestamp) -> Vec<Finding> {
    let mut found = Vec::new();
    if let ClientKeys::Published(uri) = &client.keys {
        let unreachable = What::KeysUnreachable;
        if let Some(document) = document((fetcher, now), uri, Purpose::JwksUri, unreachable, &mut found).await {
            keys("jwks_uri", &document, client, now, &mut found);
        }
    }
    if let Some(endpoint) = &client.logout.back_channel {
        back_channel((fetcher, now), &endpoint.uri, &mut found).await;
    }
    for uri in client.request_objects.uris.iter().take(MOST_REQUEST_URIS) {
        document((fetcher, now), uri, Purpose::RequestUri, What::RequestUriUnreachable, &mut found).await;
    }
    if let Some(uri) = &client.sector_identifier_uri
        && let Some(list) =
            document((fetcher, now), uri, Purpose::SectorIdentifierUri, What::SectorUnreachable, &mut found).await
    {
        let listed: Vec<String> = serde_json::from_slice(&list).unwrap_or_default();
        for missing in client.redirect_uris.iter().filter(|uri| !listed.contains(uri)) {
            found.push(Finding::new(Error, What::SectorIncomplete, "sector_identifier_uri", missing));
        }
    }
    found.dedup();
    found
}

/// The document there, where it can be had; and what its host shows beside it.
async fn document(
    (fetcher, now): (&Fetcher, Timestamp),
    uri: &str,
    purpose: Purpose,
    unreachable: What,
    found: &mut Vec<Finding>,
) -> Option<Vec<u8>> {
    let place = purpose.as_str();
    let failed = |why: FetchError| Finding::new(Error, unreachable, place, format!("{uri} {why}"));
    let Ok(url) = Url::parse(uri) else {
        found.push(Finding::new(Error, unreachable, place, uri));
        return None;
    };
    match fetcher.look(&url, purpose, None).await {
        Ok(look) => {
            host(now, place, &look, found);
            look.document.map_err(|why| found.push(failed(why))).ok().map(|document| document.bytes)
        }
        Err(why) => {
            found.push(failed(why));
            None
        }
    }
}

/// Brings a logout token that no provider has signed: refused, with 400, is what is right (Back-Channel Logout 1.0 §2.8).
async fn back_channel((fetcher, now): (&Fetcher, Timestamp), uri: &str, found: &mut Vec<Finding>) {
    const PLACE: &str = "backchannel_logout_uri";
    let Ok(url) = Url::parse(uri) else { return };
    let look = match fetcher.look(&url, Purpose::BackchannelLogoutUri, Some(UNSIGNED.to_owned())).await {
        Ok(look) => look,
        Err(why) => {
            found.push(Finding::new(Error, What::LogoutUnreachable, PLACE, format!("{uri} {why}")));
            return;
        }
    };
    host(now, PLACE, &look, found);
    let answered = format!("{uri} {}", look.status);
    match look.status {
        400 => {}
        200..=299 => found.push(Finding::new(Error, What::LogoutBelievesAnything, PLACE, answered)),
        300..=499 => found.push(Finding::new(Error, What::LogoutNotThere, PLACE, answered)),
        _ => found.push(Finding::new(Warning, What::LogoutFails, PLACE, answered)),
    }
}

/// What its host shows of its clock and its certificate.
fn host(now: Timestamp, place: &'static str, look: &Look, found: &mut Vec<Finding>) {
    if let Some(date) = look.date {
        let (ahead, behind) = (date.since(now), now.since(date));
        let skew = ahead.max(behind);
        if skew > MOST_SKEW {
            let way = if ahead > behind { "ahead" } else { "behind" };
            found.push(Finding::new(Warning, What::ClockAway, place, format!("{} s {way}", skew.as_secs())));
        }
    }
    let ends = look.certificate.as_deref().and_then(certificate::ends);
    if let Some(ends) = ends.filter(|ends| *ends < now + SOON) {
        found.push(Finding::new(Warning, What::CertificateSoonOver, place, date(ends)));
    }
}
