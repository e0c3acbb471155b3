//! How a client is answered that asks a person on another device: CIBA Core §4.

use url::Url;

use super::{Allowed, Fault, quoted};
use crate::domain::client::{BackChannelAuthentication, BackChannelDelivery, Client, ClientKeys, GrantType};
use crate::domain::keys::SignatureAlgorithm;
use crate::protocol::redirect::{check_registration, is_loopback};

const MODE: &str = "backchannel_token_delivery_mode";
const ENDPOINT: &str = "backchannel_client_notification_endpoint";
const ALGORITHM: &str = "backchannel_authentication_request_signing_alg";

/// What was asked for, member by member.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskedOfBackChannel<'a> {
    pub mode: Option<&'a str>,
    pub notification_endpoint: Option<&'a str>,
    pub algorithm: Option<SignatureAlgorithm>,
}

/// What the members come to together.
pub fn back_channel(asked: AskedOfBackChannel<'_>, faults: &mut Vec<Fault>) -> Option<BackChannelAuthentication> {
    let AskedOfBackChannel { mode, notification_endpoint, algorithm } = asked;
    let delivery = match (mode, notification_endpoint) {
        (None, None) if algorithm.is_none() => return None,
        (None, _) => {
            faults.push(Fault::new(MODE, "expected poll or ping"));
            return None;
        }
        (Some("poll"), None) => BackChannelDelivery::Poll,
        (Some("ping"), Some(endpoint)) => BackChannelDelivery::Ping { notification_endpoint: endpoint.to_owned() },
        (Some("poll"), Some(_)) => {
            faults.push(Fault::new(ENDPOINT, "is of no use with the delivery mode poll"));
            return None;
        }
        (Some("ping"), None) => {
            faults.push(Fault::new(ENDPOINT, "is missing, where the delivery mode ping tells the client"));
            return None;
        }
        (Some("push"), _) => {
            faults.push(Fault::new(MODE, "push hands tokens to whoever answers at an address: expected poll or ping"));
            return None;
        }
        (Some(other), _) => {
            faults.push(Fault::new(MODE, format!("found {}, expected poll or ping", quoted(other))));
            return None;
        }
    };
    Some(BackChannelAuthentication { delivery, algorithm })
}

pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    let has_grant = client.grant_types.contains(&GrantType::Ciba);
    let Some(registered) = &client.backchannel_authentication else {
        if has_grant {
            faults.push(Fault::new(
                MODE,
                format!("expected poll or ping, for the grant type {}", GrantType::Ciba.as_str()),
            ));
        }
        return;
    };
    if !has_grant {
        let sentence = format!("is of no use without the grant type {}", GrantType::Ciba.as_str());
        faults.push(Fault::new(MODE, sentence));
    }
    if registered.algorithm.is_some() && client.keys == ClientKeys::None {
        faults.push(Fault::new(ALGORITHM, "expected the keys that requests are signed with, in jwks or at jwks_uri"));
    }
    if let BackChannelDelivery::Ping { notification_endpoint } = &registered.delivery
        && let Err(why) = check_endpoint(notification_endpoint, allowed)
    {
        faults.push(Fault::new(ENDPOINT, format!("{} {why}", quoted(notification_endpoint))));
    }
}

/// A bearer token is sent there.
fn check_endpoint(endpoint: &str, allowed: &Allowed<'_>) -> Result<(), &'static str> {
    check_registration(endpoint)?;
    match Url::parse(endpoint) {
        Ok(uri) if uri.scheme() == "https" => Ok(()),
        Ok(uri) if uri.scheme() == "http" && allowed.loopback && is_loopback(&uri) => Ok(()),
        _ => Err("must be https"),
    }
}
