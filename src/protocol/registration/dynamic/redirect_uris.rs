//! `redirect_uris`, `post_logout_redirect_uris`, `application_type`: Registration §2, RFC 8252 §7. What a redirect URI may
//! be is the same for every client; nobody looks at those that one registers by itself, so they are few, and none is on
//! everyone's own machine.

use url::Url;

use super::fault::Faults;
use super::quoted;
use super::{Metadata, Policy};
use crate::domain::client::{ApplicationType, Client};
use crate::protocol::redirect::is_loopback;

/// More than any portal has, and few enough to compare one by one.
const MOST: usize = 20;

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    client.application_type = metadata.application_type;
    client.redirect_uris.clone_from(&metadata.redirect_uris);
    client.post_logout_redirect_uris.clone_from(&metadata.post_logout_redirect_uris);
    for (member, uris) in
        [("redirect_uris", &metadata.redirect_uris), ("post_logout_redirect_uris", &metadata.post_logout_redirect_uris)]
    {
        if uris.len() > MOST {
            faults.add(member, format!("expected at most {MOST}"));
        }
        for uri in uris {
            if metadata.application_type == ApplicationType::Web && !policy.development && is_http_on_loopback(uri) {
                let sentence = "is on its visitor's own machine, where only a native client is";
                faults.add(member, format!("{} {sentence}", quoted(uri)));
            }
        }
    }
}

fn is_http_on_loopback(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|uri| uri.scheme() == "http" && is_loopback(&uri))
}
