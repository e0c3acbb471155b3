//! What whoever registers a client may register.

use std::collections::BTreeSet;

use crate::domain::authorization::ResponseType;
use crate::domain::client::{Client, PkcePolicy, SubjectType};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::scope::ScopeSet;

#[derive(Clone, Debug)]
pub struct Policy<'a> {
    /// The most there is, and what a client has that names no scope.
    pub scopes: ScopeSet,
    /// The client that is to be replaced.
    pub existing: Option<&'a Client>,
    pub response_types: BTreeSet<ResponseType>,
    /// The first is what a client has that names none.
    pub subject_types: Vec<SubjectType>,
    pub pkce: PkcePolicy,
    /// The exception's name, where access tokens may be handed out through the browser.
    pub front_channel_access_tokens: Option<String>,
    /// What tokens can be signed with here.
    pub algorithms: &'a [SignatureAlgorithm],
    /// Whether this is a server on its developer's own machine, where http on the loopback is as good as https.
    pub development: bool,
    pub links: Links,
}

/// Where the pages that people are shown a way to may be, and the logo: Registration §9.1 and RFC 7591 §5 warn of clients
/// that dress up as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// On a host that a redirect URI is on, too: whoever is sent back there is at home there.
    OfRedirectHosts,
    /// Somebody who is trusted has looked at them.
    VouchedFor,
}
