//! `redirect_uris`, `post_logout_redirect_uris`, `application_type`: Registration §2, RFC 8252 §7, RFC 9700 §4.1.

use url::Url;

use super::fault::{Faults, quoted};
use super::{Metadata, Policy};
use crate::domain::client::{ApplicationType, Client};
use crate::protocol::redirect::{check_registration, is_loopback};

/// More than any portal has, and few enough to compare one by one.
const MOST: usize = 20;

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    client.application_type = metadata.application_type;
    client.redirect_uris.clone_from(&metadata.redirect_uris);
    client.post_logout_redirect_uris.clone_from(&metadata.post_logout_redirect_uris);
    if metadata.redirect_uris.is_empty() {
        faults.add("redirect_uris", "expected at least one address to return to");
    }
    for (member, uris) in
        [("redirect_uris", &metadata.redirect_uris), ("post_logout_redirect_uris", &metadata.post_logout_redirect_uris)]
    {
        if uris.len() > MOST {
            faults.add(member, format!("expected at most {MOST}"));
        }
        for (at, uri) in uris.iter().enumerate() {
            if let Err(why) = fits(uri, metadata.application_type, policy) {
                faults.add(member, format!("{} {why}", quoted(uri)));
            }
            if uris[..at].contains(uri) {
                faults.add(member, format!("{} is there twice", quoted(uri)));
            }
        }
    }
}

fn fits(uri: &str, application_type: ApplicationType, policy: &Policy<'_>) -> Result<(), &'static str> {
    check_registration(uri)?;
    let parsed = Url::parse(uri).map_err(|_| "is not an absolute URI")?;
    match (application_type, parsed.scheme()) {
        (_, "https") | (ApplicationType::Native, _) => Ok(()),
        (ApplicationType::Web, "http") if policy.development && is_loopback(&parsed) => Ok(()),
        (ApplicationType::Web, "http") => Err("is on its visitor's own machine, where only a native client is"),
        (ApplicationType::Web, _) => Err("has a private-use scheme, which only a native client has"),
    }
}
