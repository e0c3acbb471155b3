//! Token exchange: RFC 8693. A portal's back end that was called with a citizen's token calls another one in their name.
//!
//! | decision | why |
//! |---|---|
//! | only access tokens that a citizen granted are exchanged, and only for access tokens | an ID token says who signed in, not what may be done; a refresh token would outlive what it came from |
//! | only by whom the token is for, or was issued to | a token that was stolen elsewhere is worth nothing here, bound to a key or not |
//! | never more of a resource than a token that is for it carries; of another, what a rule names | nobody gains by exchanging what they could present; a token for one service has no scope of the next (RFC 8707) |
//! | for one registered resource server at a time, never for this server | a citizen's data are released to whom they allowed it |
//! | the new token says who acts (`act`), always | nobody passes for the client that the citizen dealt with |

use crate::domain::access_token::AccessToken;
use crate::domain::client::Client;
use crate::domain::grant::Grant;
use crate::domain::key_binding::ProvenKeys;
use crate::domain::resource::ResourceId;
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::domain::token_exchange::{ExchangeRule, MOST_ACTORS};
use crate::protocol::OAuthError;
use crate::protocol::introspection::Sight;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::Reach;

/// The one type of token that is taken and given (§3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// What the form of this grant carries.
#[derive(Debug)]
pub struct ExchangeRequest {
    pub subject_token: SecretString,
    pub actor_token: Option<SecretString>,
    /// The resource server that the new token is for.
    pub target: ResourceId,
    /// What is asked for, if less than all.
    pub scope: Option<ScopeSet>,
}

impl ExchangeRequest {
    /// Reads the form, whose `resource`s are `named` already.
    ///
    /// # Errors
    /// `invalid_request` for a token that is missing or of another type; `invalid_target` where not exactly one resource
    /// server is named; `invalid_scope` where the scope cannot be read.
    pub fn read(form: &Parameters, named: &[ResourceId]) -> Result<Self, OAuthError> {
        let subject_token = SecretString::new(form.required("subject_token")?);
        expect_access_token("subject_token_type", form.required("subject_token_type")?)?;
        let actor_token = match (form.single("actor_token")?, form.single("actor_token_type")?) {
            (None, None) => None,
            (Some(token), Some(kind)) => {
                expect_access_token("actor_token_type", kind)?;
                Some(SecretString::new(token))
            }
            (Some(_), None) => return Err(OAuthError::invalid_request("actor_token_type is missing")),
            (None, Some(_)) => return Err(OAuthError::invalid_request("actor_token_type without actor_token")),
        };
        if let Some(kind) = form.single("requested_token_type")? {
            expect_access_token("requested_token_type", kind)?;
        }
        let scope = form.single("scope")?.map(str::parse).transpose();
        Ok(Self {
            subject_token,
            actor_token,
            target: target(named, form.single("audience")?)?,
            scope: scope.map_err(|_| OAuthError::invalid_scope("scope has a character that no scope may have"))?,
        })
    }
}

fn expect_access_token(member: &'static str, kind: &str) -> Result<(), OAuthError> {
    match kind == ACCESS_TOKEN {
        true => Ok(()),
        false => Err(OAuthError::invalid_request(format!("{member} must be {ACCESS_TOKEN}"))),
    }
}

/// `audience` names a resource server by the same identifier as `resource`.
fn target(named: &[ResourceId], audience: Option<&str>) -> Result<ResourceId, OAuthError> {
    let audience = audience.map(str::parse).transpose();
    let audience: Option<ResourceId> =
        audience.map_err(|fault| OAuthError::invalid_target(format!("audience: {fault}")))?;
    match (named, audience) {
        ([], Some(one)) => Ok(one),
        ([one], None) => Ok(one.clone()),
        ([one], Some(same)) if *one == same => Ok(same),
        ([], None) => Err(OAuthError::invalid_target("resource is missing: the one that the new token is for")),
        _ => Err(OAuthError::invalid_target("a token is exchanged for one resource at a time")),
    }
}

/// Who presents a subject token, and what came with the request.
#[derive(Clone, Copy, Debug)]
pub struct Exchanger<'a> {
    pub reach: Reach<'a>,
    /// The keys that the request proves.
    pub keys: ProvenKeys,
}

impl Exchanger<'_> {
    /// Holds a live `subject` token, issued to `holder`, against who presents it, and gives who acts with the new one.
    ///
    /// # Errors
    /// `invalid_request`, as §2.2.2 says for every token that is not acceptable.
    pub fn accept(&self, subject: &AccessToken, holder: &Client) -> Result<Vec<String>, OAuthError> {
        let client = self.reach.client;
        let unacceptable = |told: &'static str| Err(OAuthError::invalid_request(told));
        match Sight::of(subject, holder, &client.id, self.reach.registry) {
            None => {
                return unacceptable("subject_token was issued neither to this client nor for a resource it serves");
            }
            // A resource server was shown the proof when it was called; whoever holds a token of its own can show it here.
            Some(Sight::Whole) if subject.binding.is_some_and(|binding| !self.keys.satisfy(binding)) => {
                return unacceptable("subject_token is bound to a key that the request does not prove");
            }
            Some(_) => {}
        }
        if !client.token_exchange.iter().any(|rule| rule.from == subject.client) {
            return unacceptable("this client may not exchange tokens of the client that subject_token was issued to");
        }
        let actors: Vec<String> =
            std::iter::once(client.id.to_string()).chain(subject.actors.iter().cloned()).collect();
        match actors.len() > MOST_ACTORS {
            true => unacceptable("subject_token was exchanged too often already"),
            false => Ok(actors),
        }
    }

    /// An actor token adds nothing but certainty: it must be the client's own, of nobody else.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn accept_actor(&self, actor: &AccessToken) -> Result<(), OAuthError> {
        match actor.client == self.reach.client.id && actor.grant.is_none() {
            true => Ok(()),
            false => Err(OAuthError::invalid_request("actor_token must be one that this client was given for itself")),
        }
    }

    /// What the new token is good for: what the citizen granted to the client that they dealt with, `granted_to`, and is
    /// left of that, as far as a rule names it for this client; or the part of it that is asked for.
    ///
    /// Of a resource that `subject` itself is for, it is no more than `subject` carries. A token for another resource cannot
    /// carry the target's scopes (RFC 8707): there the rule is the bound, which names each of them.
    ///
    /// # Errors
    /// `invalid_target` for a resource that no rule names, `invalid_scope` for more than there is.
    pub fn narrow(
        &self,
        request: &ExchangeRequest,
        subject: &AccessToken,
        (grant, granted_to): (&Grant, &Client),
    ) -> Result<ScopeSet, OAuthError> {
        let client = self.reach.client;
        let target = &request.target;
        let rules: Vec<&ExchangeRule> = client
            .token_exchange
            .iter()
            .filter(|rule| rule.from == subject.client && rule.resource == *target)
            .collect();
        if rules.is_empty() || target.as_str() == self.reach.issuer {
            let told = format!("this client may not exchange tokens of {} for the resource {target}", subject.client);
            return Err(OAuthError::invalid_target(told));
        }
        let ruled = rules.iter().fold(ScopeSet::default(), |all, rule| all.union(&rule.scopes));
        let granted = grant.scope.intersection(&granted_to.scopes).intersection(&client.scopes).intersection(&ruled);
        let held: ScopeSet = granted.iter().filter(|scope| self.reach.is_scope_of(scope, target)).cloned().collect();
        let carried = match subject.is_for(target) {
            true => held.intersection(&subject.scope),
            false => held.clone(),
        };
        let Some(asked) = &request.scope else {
            return match carried.is_empty() {
                true => Err(OAuthError::invalid_target(format!("nothing of the resource {target} was granted"))),
                false => Ok(carried),
            };
        };
        if let Some(scope) = asked.difference(&held).iter().next() {
            return Err(OAuthError::invalid_scope(format!("the scope {scope} was not granted")));
        }
        if let Some(scope) = asked.difference(&carried).iter().next() {
            let told = format!("subject_token, which is for this resource, does not carry the scope {scope}");
            return Err(OAuthError::invalid_scope(told));
        }
        match asked.is_empty() {
            true => Err(OAuthError::invalid_scope("scope is empty")),
            false => Ok(asked.clone()),
        }
    }
}
