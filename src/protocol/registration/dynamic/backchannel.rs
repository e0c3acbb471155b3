//! `backchannel_token_delivery_mode` and what goes with it: CIBA Core §4.

use super::fault::Faults;
use super::links::of_the_web;
use super::quoted;
use super::{Metadata, Policy};
use crate::domain::client::{BackChannelDelivery, Client};
use crate::protocol::registration::{AskedOfBackChannel, back_channel};

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    const ENDPOINT: &str = "backchannel_client_notification_endpoint";
    let mut found = Vec::new();
    let asked = AskedOfBackChannel {
        mode: metadata.backchannel_token_delivery_mode.as_deref(),
        notification_endpoint: metadata.backchannel_client_notification_endpoint.as_deref(),
        algorithm: metadata.backchannel_authentication_request_signing_alg,
    };
    client.backchannel_authentication = back_channel(asked, &mut found);
    faults.extend(found);
    let Some(registered) = &client.backchannel_authentication else { return };
    if let BackChannelDelivery::Ping { notification_endpoint: uri } = &registered.delivery
        && let Some(parsed) = of_the_web(ENDPOINT, uri, policy, faults)
        // Anyone could have us call anywhere otherwise. One that sends people nowhere names no other host of its own.
        && !metadata.redirect_uris.is_empty()
        && !policy.is_at_home(ENDPOINT, &parsed, &metadata.redirect_uris)
    {
        faults.add(ENDPOINT, format!("{} is on another host than every redirect URI", quoted(uri)));
    }
}
