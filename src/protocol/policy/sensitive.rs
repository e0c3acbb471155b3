//! What is demanded by class of data: whoever is told national identifiers, or has a scope of a resource server that is marked
//! sensitive, must be under a policy that holds every rule of the one that the settings demand (`policies.sensitive`).
//!
//! It is held against at registration, and again at every request, for the clients that were there before the demand was.

use crate::domain::claims::NATIONAL_ID;
use crate::domain::client::Client;
use crate::domain::policies::{Policies, Rule};
use crate::domain::scope::ScopeSet;
use crate::protocol::OAuthError;
use crate::protocol::registration::Fault;

/// The demand, and the scopes that it is made for.
#[derive(Clone, Copy, Debug)]
pub struct Sensitive<'a> {
    pub policies: &'a Policies,
    /// Those of resource servers that are marked; that of the national identifier is always among them.
    pub scopes: &'a ScopeSet,
}

impl Sensitive<'_> {
    /// Of `scopes`, those that `client` may not have, because its policy does not hold what is demanded.
    pub fn withheld(&self, client: &Client, scopes: &ScopeSet) -> ScopeSet {
        match self.missing(client).is_empty() {
            true => ScopeSet::default(),
            false => scopes.iter().filter(|scope| self.is_sensitive(scope.as_str())).cloned().collect(),
        }
    }

    /// What `client` is registered for, without what it may not have.
    pub fn allowed(&self, client: &Client) -> ScopeSet {
        client.scopes.difference(&self.withheld(client, &client.scopes))
    }

    /// # Errors
    /// `invalid_scope` where `client` asks for a scope that its policy does not suffice for.
    pub fn hold(&self, client: &Client, asked: &ScopeSet) -> Result<(), OAuthError> {
        match self.withheld(client, asked).iter().next() {
            None => Ok(()),
            Some(scope) => Err(OAuthError::invalid_scope(self.sentence(client, scope.as_str()))),
        }
    }

    /// What is wrong with the registration.
    pub fn faults(&self, client: &Client) -> Vec<Fault> {
        let withheld = self.withheld(client, &client.scopes);
        withheld.iter().map(|scope| Fault::new("scope", self.sentence(client, scope.as_str()))).collect()
    }

    fn is_sensitive(&self, scope: &str) -> bool {
        scope == NATIONAL_ID || self.scopes.contains(scope)
    }

    fn missing(&self, client: &Client) -> Vec<Rule> {
        self.policies.missing_for_sensitive(&client.policy.set)
    }

    fn sentence(&self, client: &Client, scope: &str) -> String {
        let missing: Vec<&str> = self.missing(client).into_iter().map(Rule::as_str).collect();
        format!(
            "the scope {scope} is sensitive and demands the policy {} (policies.sensitive); the policy {} of this client \
             leaves out {}",
            self.policies.sensitive,
            client.policy.set,
            missing.join(", ")
        )
    }
}
