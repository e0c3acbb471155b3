//! Where a client is told that a session ended: Back-Channel Logout §2.2, Front-Channel Logout §2. Where the pages may be
//! is the same for every client.

use super::fault::Faults;
use super::links::of_the_web;
use super::{Metadata, Policy};
use crate::domain::client::{Client, LogoutEndpoint, LogoutEndpoints};

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
