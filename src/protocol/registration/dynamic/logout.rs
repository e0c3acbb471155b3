//! Where a client is told that a session ended: Back-Channel Logout §2.2, Front-Channel Logout §2. Where the pages may be
//! is the same for every client.

use url::Url;

use super::fault::Faults;
use super::links::of_the_web;
use super::quoted;
use super::{Metadata, Policy};
use crate::domain::client::{Client, LogoutEndpoint, LogoutEndpoints};
use crate::protocol::redirect::is_loopback;

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    client.logout = LogoutEndpoints {
        back_channel: endpoint(
            ["backchannel_logout_uri", "backchannel_logout_session_required"],
            metadata.backchannel_logout_uri.as_deref(),
            metadata.backchannel_logout_session_required,
            policy,
            faults,
        ),
        front_channel: endpoint(
            ["frontchannel_logout_uri", "frontchannel_logout_session_required"],
            metadata.frontchannel_logout_uri.as_deref(),
            metadata.frontchannel_logout_session_required,
            policy,
            faults,
        ),
    };
    if let Some(endpoint) = &client.logout.back_channel {
        check_back_channel(&endpoint.uri, metadata, policy, client, faults);
    }
}

/// A logout token tells a subject. Anyone can register redirect URIs that are another portal's and so be of its sector; no
/// code and no ID token comes to them by it, and no logout token may either.
fn check_back_channel(uri: &str, metadata: &Metadata, policy: &Policy<'_>, client: &Client, faults: &mut Faults) {
    const MEMBER: &str = "backchannel_logout_uri";
    let Ok(parsed) = Url::parse(uri) else { return };
    let is_of_its_own_sector = client.sector_identifier == client.id.as_str();
    let is_in_sector = parsed.host_str() == Some(client.sector_identifier.as_str());
    let is_of_a_developer = policy.development && is_loopback(&parsed);
    let is_known = is_of_its_own_sector || is_in_sector || is_of_a_developer;
    if !is_known && !policy.is_at_home(MEMBER, &parsed, &metadata.redirect_uris) {
        let told = "is on another host than every redirect URI and the sector, whose subjects it would be told";
        faults.add(MEMBER, format!("{} {told}", quoted(uri)));
    }
}

fn endpoint(
    [uri_member, session_member]: [&'static str; 2],
    uri: Option<&str>,
    session_required: bool,
    policy: &Policy<'_>,
    faults: &mut Faults,
) -> Option<LogoutEndpoint> {
    let Some(uri) = uri else {
        if session_required {
            faults.add(session_member, format!("is of no use without {uri_member}"));
        }
        return None;
    };
    of_the_web(uri_member, uri, policy, faults);
    Some(LogoutEndpoint { uri: uri.to_owned(), session_required })
}
