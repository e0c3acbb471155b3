//! What whoever registers a client may register.

use std::collections::BTreeSet;

use url::Url;

use crate::domain::assurance::{AcrTable, Attainable};
use crate::domain::authorization::ResponseType;
use crate::domain::certificate::AcceptedCertificates;
use crate::domain::client::{Client, GrantType, PkcePolicy, PolicyName, SubjectType};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::policies::Policies;
use crate::domain::resource::ResourceRegistry;
use crate::domain::scope::ScopeSet;

#[derive(Clone, Debug)]
pub struct Policy<'a> {
    /// The most there is, and what a client has that names no scope.
    pub scopes: ScopeSet,
    /// Whose those are that are not OpenID Connect's.
    pub registry: &'a ResourceRegistry,
    /// The client that is to be replaced.
    pub existing: Option<&'a Client>,
    pub response_types: BTreeSet<ResponseType>,
    /// The first is what a client has that names none.
    pub subject_types: Vec<SubjectType>,
    /// What it may come by its tokens with, `implicit` aside, which follows from the response types.
    pub grant_types: BTreeSet<GrantType>,
    pub pkce: PkcePolicy,
    /// The policy that a new client is under. No member of the metadata names one: nobody chooses their own.
    pub set: PolicyName,
    pub policies: &'a Policies,
    /// The values of `acr` that there are.
    pub acr: &'a AcrTable,
    /// What anybody could prove here.
    pub attainable: &'a Attainable,
    /// The types of `authorization_details` that there are.
    pub details_types: &'a BTreeSet<String>,
    /// Those that may be registered here.
    pub authorization_details_types: BTreeSet<String>,
    /// The exception's name, where access tokens may be handed out through the browser.
    pub front_channel_access_tokens: Option<String>,
    pub certificates: AcceptedCertificates,
    /// What tokens can be signed with here.
    pub algorithms: &'a [SignatureAlgorithm],
    /// Whether this is a server on its developer's own machine, where http on the loopback is as good as https.
    pub development: bool,
    /// The members that a software statement claims, and no others: its issuer has seen nothing of what stands beside it.
    pub vouched_for: BTreeSet<String>,
}

impl Policy<'_> {
    /// Whether `uri`, a value of `member`, is at a place that is known to be the client's: on a host that a redirect URI is
    /// on, too, because whoever is sent back there is at home there, or looked at by somebody who is trusted. Registration
    /// §9.1 and RFC 7591 §5 warn of clients that dress up as another.
    pub(super) fn is_at_home(&self, member: &str, uri: &Url, redirect_uris: &[String]) -> bool {
        let hosts = redirect_uris.iter().filter_map(|own| Url::parse(own).ok());
        self.vouched_for.contains(member)
            || hosts.into_iter().any(|own| own.host().is_some() && own.host() == uri.host())
    }
}
