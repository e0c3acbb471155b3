//! Clients that register themselves: RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration 1.0.
//!
//! [`Metadata`] is what was asked for, in types; [`Policy`] is what whoever asks may have; [`register`] writes one into a
//! [`Client`] as far as the other allows, rule by rule, and holds the whole against the rules of every client. Each
//! member is honoured or refused by its name. Members that nobody here knows are left out (RFC 7591 §2), and the answer,
//! [`answer::metadata`], says what was registered and nothing else.
//!
//! An update passes the same rules; what the authority has decided about a client is no member of the metadata, and stays.

mod algorithms;
pub mod answer;
mod approvals;
mod backchannel;
mod fault;
mod keys;
mod links;
pub mod logo;
mod logout;
mod members;
mod metadata;
mod policy;
mod protection;
mod redirect_uris;
mod requests;
mod resources;
mod response_types;
mod scope;
pub mod sector;
pub mod software_statement;
mod texts;
mod unsupported;
pub mod update;

pub use fault::Faults;
pub use metadata::Metadata;
pub use policy::Policy;

use super::{Allowed, check, quoted};
use crate::domain::claims;
use crate::domain::client::Client;

/// A rule reads its members, and writes what they come to into the client or says what is wrong.
type Rule = fn(&Metadata, &Policy<'_>, &mut Client, &mut Faults);

/// Later rules build on what earlier ones wrote.
const RULES: &[Rule] = &[
    redirect_uris::check,
    response_types::check,
    keys::check,
    sector::check,
    texts::check,
    links::check,
    approvals::check,
    scope::check,
    algorithms::check,
    requests::check,
    protection::check,
    resources::check,
    backchannel::check,
    logout::check,
];

/// Writes all of `metadata` into `client`, which is new, or takes the place of `policy.existing`.
///
/// # Errors
/// Everything that is wrong, each by its member; `client` is then of no use.
pub fn register(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for rule in RULES {
        rule(metadata, policy, client, &mut faults);
    }
    // A scope of this kind is here only where it was approved before.
    let national_id = client.scopes.contains(claims::NATIONAL_ID);
    let allowed = Allowed {
        algorithms: policy.algorithms,
        national_id,
        loopback: policy.development,
        policies: policy.policies,
        registry: policy.registry,
        details_types: policy.details_types,
        certificates: policy.certificates,
    };
    let found = check(client, &allowed);
    let unsaid: Vec<_> = found.into_iter().filter(|fault| !faults.concerns(fault.member)).collect();
    faults.extend(unsaid);
    faults.none()
}
