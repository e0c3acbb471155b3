//! Client policies: named sets of rules that a client's registration and every request of its are held against.
//!
//! One table, [`Row::of`], says of each [`Rule`] what it demands, what it finds wrong with a registration, and what it refuses
//! at which [`Moment`]. Which rules a client must keep is the set that it is under (`domain::policies`, the settings'
//! `[policies]`). Nobody asks for a policy's name: a flow hands the moment that it has reached to [`Policy::hold`], and asks
//! [`Policy::demands`] where a rule makes it work another way.
//!
//! To add a rule: a name in `domain::policies`, a row in `rules`, a line in `docs/policies.md`.

mod moment;
mod rules;
pub mod sensitive;

use crate::domain::client::{Client, PolicyName};
use crate::domain::policies::{Policies, Rule};
use crate::protocol::OAuthError;
use crate::protocol::registration::Fault;

pub use moment::{AnswerForm, AudienceForm, Moment, SignedObject, TokenPlace};

/// What a rule is.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub rule: Rule,
    /// What it demands, and of which standard it is.
    pub demands: &'static str,
    /// What it finds wrong with a registration.
    registration: fn(&Client, &mut Vec<Fault>),
    /// What it refuses, with the error of the moment.
    moment: fn(&Client, &Moment<'_>) -> Result<(), OAuthError>,
}

impl Row {
    /// The table.
    pub const fn of(rule: Rule) -> Self {
        match rule {
            Rule::Pkce => rules::pkce::PKCE,
            Rule::NoFrontChannelAccessTokens => rules::response_types::NO_FRONT_CHANNEL_ACCESS_TOKENS,
            Rule::ResponseTypeCode => rules::response_types::RESPONSE_TYPE_CODE,
            Rule::ConfidentialClient => rules::authentication::CONFIDENTIAL_CLIENT,
            Rule::KeyBasedAuthentication => rules::authentication::KEY_BASED_AUTHENTICATION,
            Rule::IssuerAsAudience => rules::authentication::ISSUER_AS_AUDIENCE,
            Rule::StrongSignatures => rules::strong_signatures::STRONG_SIGNATURES,
            Rule::PushedAuthorizationRequest => rules::authorization_request::PUSHED_AUTHORIZATION_REQUEST,
            Rule::HttpsRedirectUri => rules::authorization_request::HTTPS_REDIRECT_URI,
            Rule::SenderConstrainedTokens => rules::tokens::SENDER_CONSTRAINED_TOKENS,
            Rule::StableRefreshTokens => rules::tokens::STABLE_REFRESH_TOKENS,
            Rule::TokenInHeader => rules::tokens::TOKEN_IN_HEADER,
            Rule::SignedBackchannelRequest => rules::request_object::SIGNED_BACKCHANNEL_REQUEST,
            Rule::SignedRequestObject => rules::request_object::SIGNED_REQUEST_OBJECT,
            Rule::BoundedRequestObject => rules::request_object::BOUNDED_REQUEST_OBJECT,
            Rule::SignedAuthorizationResponse => rules::answers::SIGNED_AUTHORIZATION_RESPONSE,
            Rule::SignedIntrospection => rules::answers::SIGNED_INTROSPECTION,
        }
    }
}

/// The policy that a client is under.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    client: &'a Client,
    /// `None` where the settings no longer define the set: such a client can do nothing.
    rules: Option<&'a [Rule]>,
}

impl<'a> Policy<'a> {
    pub fn of(policies: &'a Policies, client: &'a Client) -> Self {
        Self { client, rules: policies.rules(&client.policy.set) }
    }

    /// Whether the client must keep `rule`. Of a set that nobody defines any more, every rule is demanded.
    pub fn demands(&self, rule: Rule) -> bool {
        self.rules.is_none_or(|rules| rules.contains(&rule))
    }

    /// Whether every refresh brings another refresh token. FAPI 2.0 keeps the one there is (Security Profile §5.3.2.1); those
    /// of a client that proves nothing are always rotated (RFC 9700 §2.2.2).
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.client.authentication.is_public() || !self.demands(Rule::StableRefreshTokens)
    }

    /// Holds a moment of a request against the rules.
    ///
    /// # Errors
    /// The error that is right for the moment, naming the policy and the first rule that is not kept.
    pub fn hold(&self, moment: &Moment<'_>) -> Result<(), OAuthError> {
        let Some(rules) = self.rules else {
            let told = format!("the policy {} of this client is not defined in the settings", self.client.policy.set);
            return Err(OAuthError::unauthorized_client(told));
        };
        for rule in rules {
            (Row::of(*rule).moment)(self.client, moment).map_err(|refusal| self.named(*rule, refusal))?;
        }
        Ok(())
    }

    /// Everything about the client's registration that the rules do not allow.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for rule in self.rules.unwrap_or(Rule::ALL) {
            let mut found = Vec::new();
            (Row::of(*rule).registration)(self.client, &mut found);
            faults.extend(found.into_iter().map(|fault| {
                let Fault { member, sentence } = fault;
                Fault::new(member, format!("{} {sentence}", demand(&self.client.policy.set, *rule)))
            }));
        }
        faults
    }

    fn named(&self, rule: Rule, refusal: OAuthError) -> OAuthError {
        let told = format!("{} {}", demand(&self.client.policy.set, rule), refusal.description);
        OAuthError::of(refusal.code, told)
    }
}

fn demand(policy: &PolicyName, rule: Rule) -> String {
    format!("the policy {policy} demands {rule}:")
}

/// A rule that finds nothing wrong with any registration.
fn any_registration(_: &Client, _: &mut Vec<Fault>) {}

/// A rule that no moment of a request breaks.
fn any_moment(_: &Client, _: &Moment<'_>) -> Result<(), OAuthError> {
    Ok(())
}
