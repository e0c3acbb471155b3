//! Named sets of requirements that clients are held against. What each rule means is told, and judged, by
//! `protocol::policy`; here it is only who must keep which.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::client::PolicyName;

macro_rules! rules {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// One requirement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule { $($variant),+ }

        impl Rule {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As settings and refusals spell it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

rules! {
    Pkce = "pkce",
    NoFrontChannelAccessTokens = "no_front_channel_access_tokens",
    ResponseTypeCode = "response_type_code",
    ConfidentialClient = "confidential_client",
    KeyBasedAuthentication = "key_based_authentication",
    IssuerAsAudience = "issuer_as_audience",
    StrongSignatures = "strong_signatures",
    PushedAuthorizationRequest = "pushed_authorization_request",
    HttpsRedirectUri = "https_redirect_uri",
    SenderConstrainedTokens = "sender_constrained_tokens",
    StableRefreshTokens = "stable_refresh_tokens",
    TokenInHeader = "token_in_header",
    SignedBackchannelRequest = "signed_backchannel_request",
    SignedRequestObject = "signed_request_object",
    BoundedRequestObject = "bounded_request_object",
    SignedAuthorizationResponse = "signed_authorization_response",
    SignedIntrospection = "signed_introspection",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;
    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        Self::ALL.iter().copied().find(|rule| rule.as_str() == text).ok_or(UnknownRule)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such rule")]
pub struct UnknownRule;

/// OpenID Connect as its first ten years' libraries speak it: what holds of every client, and nothing beyond.
pub const LEGACY_OPENID: &str = "legacy-openid";
/// RFC 9700.
pub const BASELINE: &str = "baseline";
/// FAPI 2.0 Security Profile.
pub const FAPI2: &str = "fapi2";
/// FAPI 2.0 Message Signing.
pub const FAPI2_MESSAGE_SIGNING: &str = "fapi2-message-signing";

/// The sets that there are everywhere, from the mildest.
pub const BUILT_IN: [(&str, &[Rule]); 4] = [
    (LEGACY_OPENID, &[]),
    (BASELINE, &[Rule::Pkce, Rule::NoFrontChannelAccessTokens]),
    (FAPI2, OF_FAPI2),
    (FAPI2_MESSAGE_SIGNING, Rule::ALL),
];

const OF_FAPI2: &[Rule] = &[
    Rule::Pkce,
    Rule::NoFrontChannelAccessTokens,
    Rule::ResponseTypeCode,
    Rule::ConfidentialClient,
    Rule::KeyBasedAuthentication,
    Rule::IssuerAsAudience,
    Rule::StrongSignatures,
    Rule::PushedAuthorizationRequest,
    Rule::HttpsRedirectUri,
    Rule::SenderConstrainedTokens,
    Rule::StableRefreshTokens,
    Rule::TokenInHeader,
    Rule::SignedBackchannelRequest,
];

/// Every set that clients can be under: those that are built in, and the operator's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies {
    own: BTreeMap<PolicyName, OwnPolicy>,
    /// What a client must be held against, in full, that is told national identifiers or has a scope that is marked
    /// sensitive.
    pub sensitive: PolicyName,
}

/// A set of the operator's: one that is built in, and rules beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPolicy {
    pub extends: &'static str,
    pub add: Vec<Rule>,
    rules: Vec<Rule>,
}

impl OwnPolicy {
    /// `None` where `extends` is no set that is built in.
    pub fn new(extends: &str, add: Vec<Rule>) -> Option<Self> {
        let (extends, base) = BUILT_IN.into_iter().find(|(name, _)| *name == extends)?;
        let rules = Rule::ALL.iter().copied().filter(|rule| base.contains(rule) || add.contains(rule)).collect();
        Some(Self { extends, add, rules })
    }
}

impl Policies {
    /// The sets that are built in, and these. A name that is built in keeps its meaning.
    pub const fn new(own: BTreeMap<PolicyName, OwnPolicy>, sensitive: PolicyName) -> Self {
        Self { own, sensitive }
    }

    /// The rules of the set of this name, if there is one.
    pub fn rules(&self, name: &PolicyName) -> Option<&[Rule]> {
        match BUILT_IN.into_iter().find(|(built_in, _)| *built_in == name.as_str()) {
            Some((_, rules)) => Some(rules),
            None => self.own.get(name).map(|own| own.rules.as_slice()),
        }
    }

    /// The names of all sets, those that are built in first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        BUILT_IN.into_iter().map(|(name, _)| name).chain(self.own.keys().map(PolicyName::as_str))
    }

    /// The rules that a client with sensitive scopes must be held against and that `name` does not hold. A set that nobody
    /// defines holds none.
    pub fn missing_for_sensitive(&self, name: &PolicyName) -> Vec<Rule> {
        let held = self.rules(name).unwrap_or_default();
        // Nobody can meet a demand that is not defined: settings that name one are refused.
        let demanded = self.rules(&self.sensitive).unwrap_or(Rule::ALL);
        demanded.iter().copied().filter(|rule| !held.contains(rule)).collect()
    }
}

impl Default for Policies {
    fn default() -> Self {
        Self::new(BTreeMap::new(), PolicyName::fapi2())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PolicyName {
        text.parse().unwrap()
    }

    #[test]
    fn each_set_that_is_built_in_holds_the_one_before_it() {
        for pair in BUILT_IN.windows(2) {
            let [(milder, fewer), (stricter, more)] = pair else { unreachable!() };
            assert!(fewer.iter().all(|rule| more.contains(rule)), "{stricter} leaves out a rule of {milder}");
            assert!(fewer.len() < more.len());
        }
    }

    #[test]
    fn every_rule_is_read_by_its_name() {
        for rule in Rule::ALL {
            assert_eq!(rule.as_str().parse(), Ok(*rule));
        }
        assert_eq!("pushed".parse::<Rule>(), Err(UnknownRule));
    }

    #[test]
    fn an_own_set_adds_to_one_that_is_built_in_and_never_takes_its_name() {
        let own = OwnPolicy::new(BASELINE, vec![Rule::TokenInHeader]).unwrap();
        let weak = OwnPolicy::new(LEGACY_OPENID, Vec::new()).unwrap();
        let policies = Policies::new(BTreeMap::from([(name("health"), own), (name(FAPI2), weak)]), PolicyName::fapi2());
        assert_eq!(
            policies.rules(&name("health")),
            Some(&[Rule::Pkce, Rule::NoFrontChannelAccessTokens, Rule::TokenInHeader][..])
        );
        assert_eq!(policies.rules(&name(FAPI2)), Some(OF_FAPI2));
        assert_eq!(policies.rules(&name("gone")), None);
        assert_eq!(OwnPolicy::new("health", Vec::new()), None);
    }

    #[test]
    fn what_is_sensitive_takes_every_rule_of_the_set_that_is_demanded() {
        let policies = Policies::default();
        assert_eq!(policies.missing_for_sensitive(&name(FAPI2_MESSAGE_SIGNING)), []);
        assert_eq!(policies.missing_for_sensitive(&name(FAPI2)), []);
        assert!(policies.missing_for_sensitive(&name(BASELINE)).contains(&Rule::PushedAuthorizationRequest));
        assert_eq!(policies.missing_for_sensitive(&name("gone")), OF_FAPI2);
        let mild = Policies { sensitive: name(LEGACY_OPENID), ..policies };
        assert_eq!(mild.missing_for_sensitive(&name(LEGACY_OPENID)), []);
    }
}
