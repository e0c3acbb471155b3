//! Where citizens are sent to.

use super::{Allowed, Fault, quoted};
use crate::domain::client::{ApplicationType, Client};
use crate::protocol::redirect::check_registration;

pub(super) fn check(client: &Client, _: &Allowed<'_>, faults: &mut Vec<Fault>) {
    if client.redirect_uris.is_empty() && client.sends_people() {
        faults.push(Fault::new("redirect_uris", "expected at least one address to return to"));
    }
    let lists = [
        ("redirect_uris", client.redirect_uris.as_slice()),
        ("post_logout_redirect_uris", client.post_logout_redirect_uris.as_slice()),
        ("client_uri", client.display.home_uri.as_slice()),
    ];
    for (member, uris) in lists {
        for (at, uri) in uris.iter().enumerate() {
            if let Err(why) = check_registration(uri) {
                faults.push(Fault::new(member, format!("{} {why}", quoted(uri))));
            } else if client.application_type == ApplicationType::Web && !is_of_the_web(uri) {
                let sentence = format!("{} has a private-use scheme, which only a native client has", quoted(uri));
                faults.push(Fault::new(member, sentence));
            }
            if uris[..at].contains(uri) {
                faults.push(Fault::new(member, format!("{} is there twice", quoted(uri))));
            }
        }
    }
}

fn is_of_the_web(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|uri| matches!(uri.scheme(), "http" | "https"))
}
