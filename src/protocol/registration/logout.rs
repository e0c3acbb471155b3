//! Where a client wants to be told that a session ended: Back-Channel Logout 1.0 §2.2, Front-Channel Logout 1.0 §2.

use url::{Origin, Url};

use super::{Allowed, Fault, quoted};
use crate::domain::client::Client;
use crate::protocol::redirect::check_registration;

pub(super) fn check(client: &Client, _: &Allowed<'_>, faults: &mut Vec<Fault>) {
    let endpoints = [
        ("backchannel_logout_uri", &client.logout.back_channel),
        ("frontchannel_logout_uri", &client.logout.front_channel),
    ];
    for (member, endpoint) in endpoints {
        let Some(endpoint) = endpoint else { continue };
        if let Err(why) = check_registration(&endpoint.uri) {
            faults.push(Fault::new(member, format!("{} {why}", quoted(&endpoint.uri))));
        } else if tuple_origin(&endpoint.uri).is_none() {
            faults.push(Fault::new(member, format!("{} must be https, or http on loopback", quoted(&endpoint.uri))));
        }
    }
    // It is framed in our page: only an origin that signs people in here gets there.
    if let Some(endpoint) = &client.logout.front_channel
        && let Some(origin) = tuple_origin(&endpoint.uri)
        && !client.redirect_uris.iter().any(|uri| tuple_origin(uri).as_ref() == Some(&origin))
    {
        let sentence = format!("{} has another scheme, host or port than every redirect URI", quoted(&endpoint.uri));
        faults.push(Fault::new("frontchannel_logout_uri", sentence));
    }
}

/// The origin, if it is one that a browser or a server can be sent to.
fn tuple_origin(uri: &str) -> Option<Origin> {
    Some(Url::parse(uri).ok()?.origin()).filter(Origin::is_tuple)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::certificate::AcceptedCertificates;
    use crate::domain::client::{ClientAuthentication, LogoutEndpoint};
    use crate::domain::policies::Policies;
    use crate::domain::resource::ResourceRegistry;
    use crate::domain::time::Timestamp;

    fn faults(back: Option<&str>, front: Option<&str>) -> Vec<String> {
        let endpoint = |uri: &str| LogoutEndpoint { uri: uri.to_owned(), session_required: false };
        let mut client = Client::new("portal".parse().unwrap(), ClientAuthentication::None, Timestamp::EPOCH);
        client.redirect_uris = vec!["https://portal.example/callback".to_owned(), "vn.gov.app:/callback".to_owned()];
        client.logout.back_channel = back.map(endpoint);
        client.logout.front_channel = front.map(endpoint);
        let mut faults = Vec::new();
        let allowed = Allowed {
            algorithms: &[],
            national_id: false,
            loopback: false,
            policies: &Policies::default(),
            registry: &ResourceRegistry::default(),
            details_types: &BTreeSet::new(),
            certificates: AcceptedCertificates::None,
        };
        check(&client, &allowed, &mut faults);
        faults.into_iter().map(|fault| format!("{} {}", fault.member, fault.sentence)).collect()
    }

    #[test]
    fn a_back_channel_is_https_or_loopback_without_a_fragment() {
        for uri in ["https://elsewhere.example/logout?tenant=1", "http://127.0.0.1:9000/logout"] {
            assert_eq!(faults(Some(uri), None), Vec::<String>::new());
        }
        for (uri, why) in [
            ("http://portal.example/logout", "only loopback"),
            ("https://portal.example/logout#x", "fragment"),
            ("https://user@portal.example/logout", "user name"),
            ("vn.gov.app:/logout", "must be https"),
            ("/logout", "absolute"),
        ] {
            let faults = faults(Some(uri), None);
            assert!(faults.len() == 1 && faults[0].contains(why), "{uri}: {faults:?}");
            assert!(faults[0].starts_with("backchannel_logout_uri "), "{faults:?}");
        }
    }

    #[test]
    fn a_front_channel_has_the_origin_of_a_redirect_uri() {
        assert_eq!(faults(None, Some("https://portal.example/logout")), Vec::<String>::new());
        for uri in ["https://portal.example:8443/logout", "https://evil.example/logout", "http://127.0.0.1/logout"] {
            let faults = faults(None, Some(uri));
            assert!(faults.len() == 1 && faults[0].contains("another scheme, host or port"), "{uri}: {faults:?}");
        }
        // Two private-use schemes are no origin that they could share.
        assert_eq!(faults(None, Some("vn.gov.app:/callback")).len(), 1);
    }
}
