//! What may be registered of a client: OpenID Connect Dynamic Client Registration §2, RFC 7591 §2.
//!
//! One table of rules over a whole [`Client`], so that it is the same whoever asks: an operator who creates or changes
//! one, or the client itself. What was asked becomes a `Client` first and is judged then.

mod answers;
mod backchannel;
mod certificate;
mod display;
pub mod dynamic;
mod grant_types;
mod keys;
mod logout;
mod policy;
mod release;
mod resource_server;
mod resources;
mod response_types;
mod scopes;
mod sector;
mod uris;

use std::collections::BTreeSet;

use crate::domain::certificate::AcceptedCertificates;
use crate::domain::client::{Client, PkcePolicy};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::policies::Policies;
use crate::domain::resource::ResourceRegistry;

pub use backchannel::{AskedOfBackChannel, back_channel};
pub use certificate::{SUBJECT_MEMBERS, certificate_subject};
pub use grant_types::{response_types_of, standing_on};

pub use policy::policy_faults;
pub use resource_server::check_resource_server;
pub use scopes::{is_known as is_known_scope, parse_scopes};
pub use sector::{named_sector, sector};

/// One thing that is wrong with what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The member of registration metadata that it concerns, as RFC 7591 names it where that does.
    pub member: &'static str,
    /// What is wrong, as the end of a sentence that begins with the member.
    pub sentence: String,
}

impl Fault {
    pub fn new(member: &'static str, sentence: impl Into<String>) -> Self {
        Self { member, sentence: sentence.into() }
    }
}

/// What the deployment, and whoever decides here, allow.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<'a> {
    /// There are keys for these.
    pub algorithms: &'a [SignatureAlgorithm],
    /// The resource servers that there are, whose scopes may be registered besides OpenID Connect's.
    pub registry: &'a ResourceRegistry,
    /// The authority has approved that this client is told national identifiers.
    pub national_id: bool,
    /// Addresses on this machine may be fetched from, over plain http as well.
    pub loopback: bool,
    /// The policies that a client can be under, and the one that sensitive data demands.
    pub policies: &'a Policies,
    /// The types of `authorization_details` that there are.
    pub details_types: &'a BTreeSet<String>,
    pub certificates: AcceptedCertificates,
}

/// What was asked, cut to a length that a sentence bears. A description keeps only what RFC 6749 §5.2 allows of it.
fn quoted(text: &str) -> String {
    const MOST: usize = 100;
    let short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() { format!("'{short}...'") } else { format!("'{short}'") }
}

type Rule = fn(&Client, &Allowed<'_>, &mut Vec<Fault>);

const RULES: &[Rule] = &[
    display::check,
    uris::check,
    response_types::check,
    grant_types::check,
    logout::check,
    scopes::check,
    resources::check,
    keys::check,
    certificate::check,
    answers::check,
    backchannel::check,
    release::check,
    pkce,
    // Last: what a client must keep to beyond what every client must.
    policy::check,
];

/// Everything that is wrong with `client`, in the order of the rules.
pub fn check(client: &Client, allowed: &Allowed<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for rule in RULES {
        rule(client, allowed, &mut faults);
    }
    faults
}

fn pkce(client: &Client, _: &Allowed<'_>, faults: &mut Vec<Fault>) {
    if client.authentication.is_public() && client.policy.pkce == PkcePolicy::Optional {
        faults.push(Fault::new("pkce", "a public client always proves its codes with PKCE"));
    }
}
