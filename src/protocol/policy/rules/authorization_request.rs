//! How an authorization request comes, and where its answer goes: FAPI 2.0 Security Profile §5.3.2.2.

use url::Url;

use super::super::{Moment, Row, any_registration};
use crate::domain::client::{ApplicationType, Client};
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Channel;
use crate::protocol::registration::Fault;

pub const PUSHED_AUTHORIZATION_REQUEST: Row = Row {
    rule: Rule::PushedAuthorizationRequest,
    demands: "authorization requests are pushed by the client itself (RFC 9126), never sent through the browser",
    registration: any_registration,
    moment: |_, moment| match moment {
        Moment::AuthorizationRequest { channel: Channel::Browser, .. } => {
            Err(OAuthError::invalid_request("the request was not pushed; push it and come with its request_uri"))
        }
        _ => Ok(()),
    },
};

pub const HTTPS_REDIRECT_URI: Row = Row {
    rule: Rule::HttpsRedirectUri,
    demands: "no redirect URI is http, but on the loopback for native clients (RFC 8252 section 7.3)",
    registration: |client, faults| {
        for uri in client.redirect_uris.iter().filter(|uri| is_open(client, uri)) {
            faults.push(Fault::new("redirect_uris", format!("{uri} is http")));
        }
    },
    moment: |client, moment| match moment {
        Moment::AuthorizationRequest { request, .. } if is_open(client, &request.redirect_uri) => {
            Err(OAuthError::invalid_request("redirect_uri is http"))
        }
        _ => Ok(()),
    },
};

/// Whether anyone on the way, or on the same machine, can read the answer. Other http URIs than on the loopback cannot be
/// registered.
fn is_open(client: &Client, uri: &str) -> bool {
    client.application_type == ApplicationType::Web && Url::parse(uri).is_ok_and(|uri| uri.scheme() == "http")
}
