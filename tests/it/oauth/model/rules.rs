//! The rules of the authorization endpoint, from the standards: RFC 6749 §3.1 and §4.1, OpenID Connect Core §3, §5.5 and
//! §11, Multiple Response Type Encoding Practices, Form Post Response Mode, JARM §2.3, RFC 7636, RFC 8252 §7.3, RFC 9207.
//!
//! What the standards leave open and SenID decided is marked so. Nothing here comes from `protocol::authorize`.

use std::collections::BTreeSet;

use crate::support::world::Mode;

use super::clients::Facts;
use super::outcome::{Expected, Form, Told};
use super::requests::{Hint, Person};

/// Parameters as RFC 6749 §3.1 reads them.
struct Request<'a>(&'a [(String, String)]);

impl<'a> Request<'a> {
    fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(own, _)| own == name).count()
    }

    /// The one value; an empty one is as if it were not there.
    fn get(&self, name: &str) -> Option<&'a str> {
        let mut own = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let value = own.next()?;
        (own.next().is_none() && !value.is_empty()).then_some(value)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, value)| own == name && !value.is_empty())
    }

    fn words(&self, name: &str) -> Vec<&'a str> {
        self.get(name).unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect()
    }
}

const MUST_NOT_REPEAT: &[&str] = &[
    "response_type",
    "scope",
    "state",
    "response_mode",
    "nonce",
    "display",
    "prompt",
    "max_age",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "request",
    "request_uri",
    "registration",
    "code_challenge",
    "code_challenge_method",
    "authorization_details",
];

pub fn expect(client: &Facts, person: Person, parameters: &[(String, String)], session_age: u64) -> Expected {
    let request = Request(parameters);
    // Decided: what cannot be text is nobody's request.
    if parameters.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Expected::Page;
    }
    // RFC 6749 §4.1.2.1: nobody is sent anywhere before the client and its redirect URI are proven.
    let Some(redirect_uri) = request.get("redirect_uri") else { return Expected::Page };
    if request.get("client_id") != Some(client.id) || client.disabled || !is_registered(client, redirect_uri) {
        // Another client of the model's may have been named: its own address is not this one's.
        return Expected::Page;
    }
    let response_type = request.get("response_type").and_then(|text| parse(text).ok());
    let told = |(mode, form)| {
        let state = request.get("state").map(str::to_owned);
        Told { mode, to: redirect_uri.to_owned(), state, form }
    };
    let faults = faults(client, &request, redirect_uri, response_type.as_deref());
    if !faults.is_empty() {
        let codes = faults.into_iter().map(|(_, code)| code).collect();
        return Expected::Error { codes, told: told(mode_of_refusal(&request, redirect_uri)) };
    }
    let response_type = response_type.unwrap_or_default();
    let default = default_mode(&response_type);
    let mode = request.get("response_mode").and_then(|asked| known_mode(asked, default));
    let mode = mode.unwrap_or((default, Form::Parameters));
    match of_the_person(client, person, &request, session_age) {
        Ok(()) => Expected::Success { names: names(&response_type, redirect_uri), told: told(mode) },
        Err(Need::Page(page)) => page,
        Err(Need::Refusal(code)) => Expected::Error { codes: BTreeSet::from([code]), told: told(mode) },
    }
}

fn is_registered(client: &Facts, asked: &str) -> bool {
    // RFC 8252 §7.3: of a native application, any port of the loopback address.
    let without_port = |uri: &str| {
        let rest = uri.strip_prefix("http://127.0.0.1")?;
        let rest = match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        Some(rest.to_owned())
    };
    client.redirect_uris.iter().any(|own| {
        *own == asked || client.native && without_port(own).is_some_and(|own| without_port(asked) == Some(own))
    })
}

/// The words in alphabetical order; the order on the wire means nothing (Multiple Response Types §3).
fn parse(text: &str) -> Result<Vec<&str>, ()> {
    let mut words: Vec<&str> = text.split(' ').collect();
    words.sort_unstable();
    let known: [&[&str]; 7] = [
        &["code"],
        &["id_token"],
        &["id_token", "token"],
        &["code", "id_token"],
        &["code", "token"],
        &["code", "id_token", "token"],
        &["none"],
    ];
    known.contains(&words.as_slice()).then_some(words).ok_or(())
}

fn default_mode(response_type: &[&str]) -> Mode {
    match response_type.iter().any(|word| matches!(*word, "token" | "id_token")) {
        true => Mode::Fragment,
        false => Mode::Query,
    }
}

/// JARM §2.3.4: `jwt` is the way that the type has of itself.
fn known_mode(text: &str, default: Mode) -> Option<(Mode, Form)> {
    match text {
        "query" => Some((Mode::Query, Form::Parameters)),
        "fragment" => Some((Mode::Fragment, Form::Parameters)),
        "form_post" => Some((Mode::FormPost, Form::Parameters)),
        "jwt" => Some((default, Form::Token)),
        "query.jwt" => Some((Mode::Query, Form::Token)),
        "fragment.jwt" => Some((Mode::Fragment, Form::Token)),
        "form_post.jwt" => Some((Mode::FormPost, Form::Token)),
        _ => None,
    }
}

/// A browser posts to http and https only, and changes line breaks (HTML), of which a token has none.
fn can_be_posted(request: &Request<'_>, redirect_uri: &str, form: Form) -> bool {
    let has_lines = request.get("state").is_some_and(|state| state.contains(['\r', '\n']));
    redirect_uri.starts_with("http") && (form == Form::Token || !has_lines)
}

/// Multiple Response Types §2.1: errors travel as the answer would have; where that cannot be known, as the type's own.
fn mode_of_refusal(request: &Request<'_>, redirect_uri: &str) -> (Mode, Form) {
    let words: Vec<&str> = request.get("response_type").unwrap_or_default().split(' ').collect();
    let default = default_mode(&words);
    match request.get("response_mode").and_then(|asked| known_mode(asked, default)) {
        Some((Mode::FormPost, form)) if !can_be_posted(request, redirect_uri, form) => (default, form),
        Some((Mode::Query, form)) => (default, form),
        Some(asked) => asked,
        None => (default, Form::Parameters),
    }
}

/// A rule's name and what its breach is told as.
type Fault = (&'static str, &'static str);

/// Every rule there is, in the order below.
pub const RULES: &[&str] = &[
    "repeated",
    "state",
    "nonce length",
    "request",
    "request_uri",
    "registration",
    "response_type missing",
    "response_type unknown",
    "response_type not registered",
    "token without an exception",
    "response_mode unknown",
    "query with tokens",
    "form_post impossible",
    "scope malformed",
    "scope without openid",
    "scope not registered",
    "challenge method",
    "challenge malformed",
    "method alone",
    "challenge missing",
    "nonce missing",
    "prompt unknown",
    "prompt none with another",
    "max_age",
    "hint",
    "claims",
    "essential acr",
    "resource",
    "authorization_details",
];

/// The one rule that the request breaks, if it is one; of several, which one is told is nobody's business.
pub fn only_fault(client: &Facts, parameters: &[(String, String)]) -> Option<&'static str> {
    let request = Request(parameters);
    let redirect_uri = request.get("redirect_uri")?;
    let response_type = request.get("response_type").and_then(|text| parse(text).ok());
    let faults = faults(client, &request, redirect_uri, response_type.as_deref());
    let rules: BTreeSet<&str> = faults.iter().map(|(rule, _)| *rule).collect();
    (rules.len() == 1).then(|| faults.first().map(|(rule, _)| *rule)).flatten()
}

/// Everything that is wrong with the request itself.
fn faults(client: &Facts, request: &Request<'_>, redirect_uri: &str, response_type: Option<&[&str]>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |rule: &'static str, is_so: bool, code: &'static str| {
        if is_so {
            faults.push((rule, code));
        }
    };
    let not = "invalid_request";
    fault("repeated", MUST_NOT_REPEAT.iter().any(|name| request.count(name) > 1), not);
    // Decided: lengths.
    fault("state", request.get("state").is_some_and(|state| state.len() > 2048), not);
    fault("nonce length", request.get("nonce").is_some_and(|nonce| nonce.len() > 512), not);

    // Core §6, §7.2.1. None of the objects here is one.
    let (object, by_reference) = (request.get("request").is_some(), request.get("request_uri").is_some());
    fault("request", object, "invalid_request_object");
    fault("request_uri", by_reference, "invalid_request_uri");
    fault("request", object && by_reference, not);
    fault("registration", request.get("registration").is_some(), "registration_not_supported");

    // RFC 6749 §4.1.2.1.
    let words = response_type.unwrap_or_default();
    match (request.get("response_type"), response_type) {
        (None, _) => fault("response_type missing", true, not),
        (Some(_), None) => fault("response_type unknown", true, "unsupported_response_type"),
        (Some(_), Some(words)) => {
            let is_registered = client.response_types.contains(&words.join(" ").as_str());
            fault("response_type not registered", !is_registered, "unauthorized_client");
            let through_the_browser = is_registered && words.contains(&"token");
            fault("token without an exception", through_the_browser && !client.front_channel, "unauthorized_client");
        }
    }
    if let Some(asked) = request.get("response_mode") {
        let mode = known_mode(asked, default_mode(words));
        fault("response_mode unknown", mode.is_none(), not);
        let (way, form) = mode.unwrap_or((Mode::Fragment, Form::Parameters));
        // JARM §2.3.1: none of these clients' answers is encrypted.
        fault("query with tokens", way == Mode::Query && default_mode(words) == Mode::Fragment, not);
        fault("form_post impossible", way == Mode::FormPost && !can_be_posted(request, redirect_uri, form), not);
    }
    // RFC 6749 §3.3, Core §3.1.2.1. Decided: a scope that is defined but not the client's is refused, not dropped.
    let scopes = request.words("scope");
    let malformed = |scope: &&str| scope.chars().any(|c| !matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e'));
    let defined = ["openid", "profile", "email", "phone", "address", "national_id", "offline_access"];
    let strange = |scope: &&str| defined.contains(scope) && !client.scopes.contains(scope);
    fault("scope malformed", scopes.iter().any(malformed), "invalid_scope");
    fault("scope without openid", !scopes.contains(&"openid"), "invalid_scope");
    fault("scope not registered", scopes.iter().any(strange), "invalid_scope");

    // RFC 7636 §4.3, §4.4.1; `plain`, also by leaving the method out, is refused (RFC 9700 §2.1.1).
    let (challenge, method) = (request.get("code_challenge"), request.get("code_challenge_method"));
    let is_hash = |text: &str| {
        text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    fault("challenge method", challenge.is_some() && method != Some("S256"), not);
    fault("challenge malformed", challenge.is_some_and(|text| !is_hash(text)), not);
    fault("method alone", challenge.is_none() && method.is_some(), not);
    let demanded = words.contains(&"code") && client.must_use_pkce;
    fault("challenge missing", challenge.is_none() && method.is_none() && demanded, not);

    // Core §3.2.2.1, §3.3.2.11.
    fault("nonce missing", request.get("nonce").is_none() && words.contains(&"id_token"), not);

    // Core §3.1.2.1, Initiating User Registration §3.
    let prompt = request.words("prompt");
    let known = ["none", "login", "consent", "select_account", "create"];
    fault("prompt unknown", prompt.iter().any(|value| !known.contains(value)), not);
    let with_another = prompt.contains(&"none") && prompt.iter().any(|value| *value != "none");
    fault("prompt none with another", with_another, not);
    let max_age = request.get("max_age");
    fault("max_age", max_age.is_some_and(|age| !age.bytes().all(|byte| byte.is_ascii_digit())), not);
    let hint = request.get("id_token_hint");
    let good = [Hint::Own, Hint::SomeoneElse].map(|hint| format!("{hint:?}"));
    fault("hint", hint.is_some_and(|hint| !good.iter().any(|known| known == hint)), not);

    // Core §5.5, and OpenID Connect Core Error Code unmet_authentication_requirements.
    if let Some(claims) = request.get("claims") {
        let parsed = serde_json::from_str::<serde_json::Value>(claims).ok();
        let object = parsed.as_ref().and_then(|value| value.as_object());
        let sections = ["userinfo", "id_token"];
        let sound = object.is_some_and(|object| {
            sections.iter().all(|section| object.get(*section).is_none_or(serde_json::Value::is_object))
        });
        fault("claims", !sound, not);
        let acr = parsed.as_ref().map(|value| &value["id_token"]["acr"]);
        let essential = acr.is_some_and(|acr| acr["essential"] == true);
        fault("essential acr", essential, "unmet_authentication_requirements");
    }
    // RFC 8707 §2: nobody here is registered for any.
    fault("resource", request.has("resource"), "invalid_target");
    // RFC 9396 §5: nor for any type.
    let details = request.get("authorization_details").is_some();
    fault("authorization_details", details, "invalid_authorization_details");
    faults
}

enum Need {
    Page(Expected),
    Refusal(&'static str),
}

/// Core §3.1.2.1 and §3.1.2.6: whether the person who is there, if anyone is, can answer without a page.
fn of_the_person(client: &Facts, person: Person, request: &Request<'_>, session_age: u64) -> Result<(), Need> {
    let prompt = request.words("prompt");
    let silent = prompt.contains(&"none");
    if prompt.contains(&"create") {
        return Err(Need::Page(Expected::Create));
    }
    let max_age = request.get("max_age").map(|age| age.parse().unwrap_or(u64::MAX)).or(client.default_max_age);
    let fresh = max_age.is_none_or(|limit| limit > 0 && session_age <= limit);
    let hint = request.get("id_token_hint");
    let own_hint = format!("{:?}", Hint::Own);
    let right_person = hint.is_none_or(|hint| person == Person::Consenting && hint == own_hint)
        && !request.get("claims").is_some_and(|claims| claims.contains("\"sub\""));
    let asked_again = prompt.contains(&"login") || prompt.contains(&"select_account");
    if person == Person::Nobody || !fresh || !right_person || asked_again {
        return Err(if silent { Need::Refusal("login_required") } else { Need::Page(Expected::SignIn) });
    }
    let allowed = person == Person::Consenting || !client.asks_for_consent;
    if !allowed || prompt.contains(&"consent") {
        return Err(if silent { Need::Refusal("consent_required") } else { Need::Page(Expected::Consent) });
    }
    Ok(())
}

/// Core §3.1.2.5, §3.2.2.5, §3.3.2.5; RFC 6749 §4.2.2; Session Management §2, for whoever has pages in a browser.
fn names(response_type: &[&str], redirect_uri: &str) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    if response_type != ["none"] && redirect_uri.starts_with("http") {
        names.insert("session_state");
    }
    if response_type.contains(&"code") {
        names.insert("code");
    }
    if response_type.contains(&"id_token") {
        names.insert("id_token");
    }
    if response_type.contains(&"token") {
        names.extend(["access_token", "token_type", "expires_in", "scope"]);
    }
    names
}
