//! What the client's policy demands of it, and whether that policy is enough for what it is to be told.

use super::{Allowed, Fault};
use crate::domain::client::Client;
use crate::protocol::policy::Policy;
use crate::protocol::policy::sensitive::Sensitive;

pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    faults.extend(policy_faults(client, allowed));
}

/// What this rule finds, by itself.
pub fn policy_faults(client: &Client, allowed: &Allowed<'_>) -> Vec<Fault> {
    if allowed.policies.rules(&client.policy.set).is_none() {
        let names: Vec<&str> = allowed.policies.names().collect();
        let sentence = format!("there is no policy {}; there are {}", client.policy.set, names.join(", "));
        return vec![Fault::new("policy", sentence)];
    }
    let mut faults = Policy::of(allowed.policies, client).faults();
    let sensitive = Sensitive { policies: allowed.policies, scopes: allowed.registry.sensitive() };
    faults.extend(sensitive.faults(client));
    faults
}
