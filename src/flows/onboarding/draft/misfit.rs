//! What of a draft does not fit its kind: the house's own rules, each by a name, so that a page can say it in the reader's language.

use url::Url;

use super::Draft;
use crate::domain::claims;
use crate::domain::client::Kind;
use crate::domain::scope::Scope;
use crate::flows::admin::Fault;
use crate::protocol::redirect::{check_registration, is_loopback};

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The member that it concerns (RFC 7591 §2).
    pub field: &'static str,
    pub rule: Rule,
    /// What was said, such as the address or the scope in question; empty where there is nothing to name.
    pub detail: String,
}

/// The rule that it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A service has nowhere for people to return to.
    SignsNobodyIn,
    /// An application without a server has no key of its own; the detail is its kind.
    NoKeyOfItsOwn,
    /// A program on somebody's device is not called.
    NothingCallsIt,
    /// The scope is for the authority to approve.
    ScopeByApproval,
    /// The scope is about a person.
    ScopeOfPeople,
    /// The scope is none that an owner may take.
    ScopeUnknown,
    /// The address is none; the detail says why, in English.
    NoAddress,
    /// The address must be https.
    NotHttps,
    /// A contact is no e-mail address, or there are too many.
    NoContacts,
    /// RFC 8252 §8.3.
    LocalhostElsewhere,
    /// RFC 8252 §7.3.
    NamesPort,
    /// A scheme of its own is for native applications.
    OwnScheme,
}

impl Misfit {
    fn new(field: &'static str, rule: Rule, detail: impl Into<String>) -> Self {
        Self { field, rule, detail: detail.into() }
    }

    /// As the command line and the API say it.
    pub fn fault(&self) -> Fault {
        Fault::new(self.field, self.sentence())
    }

    fn sentence(&self) -> String {
        let detail = &self.detail;
        match self.rule {
            Rule::SignsNobodyIn => "a service signs nobody in: it has none".to_owned(),
            Rule::NoKeyOfItsOwn => format!("a {detail} application has no key that others do not have: leave it out"),
            Rule::NothingCallsIt => "nothing calls a program on somebody's device".to_owned(),
            Rule::ScopeByApproval => {
                format!("{detail} is for the authority to approve: ask for it with the request for production")
            }
            Rule::ScopeOfPeople => format!("{detail} is about a person, and a service asks for itself"),
            Rule::ScopeUnknown => {
                format!("'{detail}' is no scope that an owner may take: there are {}", scopes().join(", "))
            }
            Rule::NoAddress => detail.clone(),
            Rule::NotHttps => format!("'{detail}' must be https"),
            Rule::NoContacts => format!("expected at most {MOST_CONTACTS} e-mail addresses"),
            Rule::LocalhostElsewhere => format!(
                "'{detail}' must be http://127.0.0.1 or http://[::1]: localhost may be another machine (RFC 8252 section 8.3)"
            ),
            Rule::NamesPort => {
                format!("'{detail}' names a port: leave it out, and every port will do (RFC 8252 section 7.3)")
            }
            Rule::OwnScheme => {
                format!("'{detail}' has a scheme of its own, which only a native application has")
            }
        }
    }
}

/// The scopes that an owner may take by themselves.
pub fn scopes() -> Vec<&'static str> {
    claims::known_scopes().into_iter().filter(|scope| *scope != claims::NATIONAL_ID).collect()
}

/// Everything of `draft` that does not fit its kind; what is wrong for every client is said by the rules of all.
pub fn misfits(draft: &Draft) -> Vec<Misfit> {
    let mut found = Vec::new();
    let kind = draft.kind;
    if !kind.sends_people() {
        for (field, given) in [
            ("redirect_uris", !draft.redirect_uris.is_empty()),
            ("post_logout_redirect_uris", !draft.post_logout_redirect_uris.is_empty()),
            ("backchannel_logout_uri", draft.backchannel_logout_uri.is_some()),
        ] {
            if given {
                found.push(Misfit::new(field, Rule::SignsNobodyIn, ""));
            }
        }
    }
    for uri in &draft.redirect_uris {
        found.extend(misfit(kind, uri).map(|rule| Misfit::new("redirect_uris", rule, uri)));
    }
    if !kind.is_confidential() {
        for (field, given) in [("jwks", draft.jwks.is_some()), ("jwks_uri", draft.jwks_uri.is_some())] {
            if given {
                found.push(Misfit::new(field, Rule::NoKeyOfItsOwn, kind.as_str()));
            }
        }
        if draft.backchannel_logout_uri.is_some() && kind == Kind::Native {
            found.push(Misfit::new("backchannel_logout_uri", Rule::NothingCallsIt, ""));
        }
    }
    for word in draft.scope.iter().flat_map(|scope| scope.split_ascii_whitespace()) {
        let rule = if word == claims::NATIONAL_ID {
            Rule::ScopeByApproval
        } else if kind == Kind::Service && word.parse::<Scope>().is_ok() && claims::is_known_scope(word) {
            Rule::ScopeOfPeople
        } else if !claims::is_known_scope(word) {
            Rule::ScopeUnknown
        } else {
            continue;
        };
        found.push(Misfit::new("scope", rule, word));
    }
    for (field, uri) in [("policy_uri", &draft.policy_uri), ("tos_uri", &draft.tos_uri)] {
        let Some(uri) = uri else { continue };
        match (check_registration(uri), Url::parse(uri)) {
            (Err(why), _) => found.push(Misfit::new(field, Rule::NoAddress, format!("'{uri}' {why}"))),
            (Ok(()), Ok(parsed)) if parsed.scheme() == "https" => {}
            (Ok(()), _) => found.push(Misfit::new(field, Rule::NotHttps, uri)),
        }
    }
    if draft.contacts.len() > MOST_CONTACTS || draft.contacts.iter().any(|contact| !is_address(contact)) {
        found.push(Misfit::new("contacts", Rule::NoContacts, ""));
    }
    found
}

/// Whom the authority may ask: no more are kept.
pub const MOST_CONTACTS: usize = 10;

/// As much as keeps out what no letter could be sent to.
fn is_address(text: &str) -> bool {
    let plain = text.len() <= 254 && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
    plain
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

/// Why people cannot return there to an application of this kind; what is wrong for every kind is said by the rules of all.
fn misfit(kind: Kind, uri: &str) -> Option<Rule> {
    check_registration(uri).ok()?;
    let parsed = Url::parse(uri).ok()?;
    match (kind, parsed.scheme()) {
        (Kind::Native, "http") if parsed.host_str() == Some("localhost") => Some(Rule::LocalhostElsewhere),
        (Kind::Native, "http") if parsed.port().is_some() => Some(Rule::NamesPort),
        (Kind::Web | Kind::SinglePage, "https") => None,
        (Kind::Web | Kind::SinglePage, "http") if is_loopback(&parsed) => None,
        (Kind::Web | Kind::SinglePage, _) => Some(Rule::OwnScheme),
        _ => None,
    }
}
