//! `client_uri`, `logo_uri`, `policy_uri`, `tos_uri`, `initiate_login_uri`: where people and browsers are led.

use url::Url;

use super::fault::Faults;
use super::quoted;
use super::{Metadata, Policy};
use crate::domain::client::{Client, FetchedLogo};
use crate::protocol::redirect::{check_registration, is_loopback};

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    for (member, uri) in [
        ("client_uri", &metadata.client_uri),
        ("logo_uri", &metadata.logo_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
        // People are sent there under the client's name (`http/pages/account/portals.rs`).
        ("initiate_login_uri", &metadata.initiate_login_uri),
    ] {
        let Some(uri) = uri else { continue };
        if member == "initiate_login_uri" && !Url::parse(uri).is_ok_and(|parsed| parsed.scheme() == "https") {
            // Core §4, Registration §2: https, on the loopback too.
            faults.add(member, format!("{} must be https", quoted(uri)));
            continue;
        }
        let Some(parsed) = of_the_web(member, uri, policy, faults) else { continue };
        // Who a client is taken for hangs on its name's link and its picture (Registration §9.1). Terms and policies are
        // often those of a ministry, on another host than any portal of its.
        let shows_who_it_is = matches!(member, "client_uri" | "logo_uri" | "initiate_login_uri");
        if shows_who_it_is && !policy.is_at_home(member, &parsed, &metadata.redirect_uris) {
            faults.add(member, format!("{} is on another host than every redirect URI", quoted(uri)));
        }
    }
    client.display.home_uri.clone_from(&metadata.client_uri);
    client.display.policy_uri.clone_from(&metadata.policy_uri);
    client.display.terms_uri.clone_from(&metadata.tos_uri);
    // Its hash is known once it has been fetched.
    client.display.fetched_logo = metadata.logo_uri.clone().map(|uri| FetchedLogo { uri, hash: String::new() });
    client.initiate_login_uri.clone_from(&metadata.initiate_login_uri);
}

/// An https URI, or http on the loopback of a developer's own machine.
pub(super) fn of_the_web(member: &'static str, uri: &str, policy: &Policy<'_>, faults: &mut Faults) -> Option<Url> {
    let why = match (check_registration(uri), Url::parse(uri)) {
        (Err(why), _) => why,
        (Ok(()), Ok(parsed)) if parsed.scheme() == "https" => return Some(parsed),
        (Ok(()), Ok(parsed)) if parsed.scheme() == "http" && policy.development && is_loopback(&parsed) => {
            return Some(parsed);
        }
        (Ok(()), _) => "must be https",
    };
    faults.add(member, format!("{} {why}", quoted(uri)));
    None
}
