//! What a client may ask the authorization endpoint for.

use super::{Allowed, Fault};
use crate::domain::client::Client;

pub(super) fn check(client: &Client, _: &Allowed<'_>, faults: &mut Vec<Fault>) {
    if client.response_types.is_empty() && client.sends_people() {
        faults.push(Fault::new("response_types", "expected at least one"));
    }
    let exception = client.policy.front_channel_access_tokens.as_deref();
    let through_the_browser = client.response_types.iter().find(|response_type| response_type.issues_access_token());
    match (through_the_browser, exception) {
        (Some(response_type), None) => {
            let sentence = format!(
                "{} hands access tokens out through the browser, which RFC 9700 section 2.1.2 advises against: it needs \
                 an exception that says why (--front-channel-access-tokens)",
                response_type.as_str()
            );
            faults.push(Fault::new("response_types", sentence));
        }
        (None, Some(_)) => faults.push(Fault::new(
            "front_channel_access_tokens",
            "is an exception for nothing: no response type that contains token is registered",
        )),
        _ => {}
    }
    if exception
        .is_some_and(|why| !(1..=200).contains(&why.trim().chars().count()) || why.chars().any(char::is_control))
    {
        faults
            .push(Fault::new("front_channel_access_tokens", "expected the reason in 1 to 200 characters on one line"));
    }
}
