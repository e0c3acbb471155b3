//! What a developer pasted, in plain words: an authorization request, the answer to one, or a token; and what is wrong with it for
//! their client. Nothing is spent by it, and nothing here is proof of anything: a signature is for a library to verify.

use serde_json::{Map, Value};
use url::Url;

use super::parameters::Parameters;
use super::pkce;
use super::redirect::is_registered;
use crate::crypto::base64url;
use crate::crypto::token::TokenKind;
use crate::domain::client::Client;
use crate::domain::issuer::Issuer;
use crate::domain::sandbox::Mode;
use crate::domain::time::Timestamp;

/// What was recognised, what stands in it, and what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What it is.
    pub kind: &'static str,
    /// Names and values as they stand there, what is secret cut short.
    pub parts: Vec<(String, String)>,
    /// Sentences.
    pub wrong: Vec<String>,
    /// What seems right, or cannot be told from here.
    pub remarks: Vec<String>,
}

/// Whose it should be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub client: &'a Client,
    pub issuer: &'a Issuer,
    /// The names of the keys that the issuer publishes.
    pub kids: &'a [String],
    /// What the issuer is: a sandbox's codes say that they are.
    pub mode: Mode,
    pub now: Timestamp,
}

/// Longer is no address and no token of ours.
const LONGEST: usize = 64 * 1024;

/// Explains `text`; `None` where it is none of the three.
pub fn explain(text: &str, expected: &Expected<'_>) -> Option<Explanation> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    if let Some(token) = token_parts(text) {
        return Some(token_of(&token, expected));
    }
    let url = Url::parse(text).ok()?;
    let mut query = url.query().unwrap_or_default().to_owned();
    if let Some(fragment) = url.fragment() {
        query = if query.is_empty() { fragment.to_owned() } else { format!("{query}&{fragment}") };
    }
    let parameters = Parameters::decode(query.as_bytes()).ok()?;
    let is = |name: &str| parameters.is_present(name);
    if is("code") || is("error") || is("id_token") || is("response") {
        return Some(answer_of(&url, &parameters, expected));
    }
    (is("client_id") || is("response_type") || is("redirect_uri")).then(|| request_of(&url, &parameters, expected))
}

/// Names whose values open something.
const SECRET: [&str; 6] = ["code", "access_token", "id_token", "client_secret", "refresh_token", "code_verifier"];

fn parts(parameters: &Parameters) -> Vec<(String, String)> {
    let encoded = parameters.encode();
    let pairs = url::form_urlencoded::parse(encoded.as_bytes());
    let shown = pairs.map(|(name, value)| {
        let value = if SECRET.contains(&&*name) { cut_short(&value) } else { value.into_owned() };
        (name.into_owned(), value)
    });
    shown.collect()
}

/// The beginning of what opens something, and how long it is.
pub fn cut_short(value: &str) -> String {
    let begins: String = value.chars().take(12).collect();
    if begins.len() < value.len() { format!("{begins}... ({} characters)", value.chars().count()) } else { begins }
}

fn request_of(url: &Url, parameters: &Parameters, expected: &Expected<'_>) -> Explanation {
    let Expected { client, issuer, .. } = *expected;
    let mut told = Explanation { kind: "authorization request", parts: parts(parameters), ..Explanation::default() };
    let endpoint = issuer.at("/authorize");
    if without_query(url) != endpoint {
        told.wrong.push(format!("It goes to {}, and the authorization endpoint is {endpoint}.", without_query(url)));
    }
    if let Some(name) = parameters.repeated() {
        told.wrong.push(format!("{name} is there more than once."));
    }
    match parameters.value("client_id") {
        Some(id) if id == client.id.as_str() => {}
        Some(id) => told.wrong.push(format!("client_id is {id}, and this client is {}.", client.id)),
        None => told.wrong.push("client_id is missing.".to_owned()),
    }
    if parameters.is_present("request_uri") || parameters.is_present("request") {
        told.remarks
            .push("The request itself stands in request or request_uri: what is beside it does not count.".to_owned());
        return told;
    }
    match parameters.value("redirect_uri") {
        None => told.wrong.push("redirect_uri is missing.".to_owned()),
        Some(uri) if is_registered(client, uri) => {}
        Some(uri) => told.wrong.push(differs(uri, &client.redirect_uris)),
    }
    match parameters.value("response_type") {
        None => told.wrong.push("response_type is missing: code.".to_owned()),
        Some(asked) if client.response_types.iter().any(|own| own.as_str() == asked) => {}
        Some(asked) => told.wrong.push(format!("response_type is {asked}, which this client is not registered for.")),
    }
    let scope = parameters.value("scope").unwrap_or_default();
    if !scope.split(' ').any(|word| word == "openid") {
        told.wrong.push("scope has no openid: there will be no ID token.".to_owned());
    }
    for word in scope.split_ascii_whitespace().filter(|word| !client.scopes.contains(word)) {
        told.wrong.push(format!("scope names {word}, which this client is not registered for."));
    }
    match pkce::challenge(parameters.value("code_challenge"), parameters.value("code_challenge_method")) {
        Err(why) => told.wrong.push(format!("{}.", why.description)),
        Ok(None) if client.requires_pkce() => {
            told.wrong.push("code_challenge is missing: this client's codes are bound by PKCE.".to_owned());
        }
        Ok(_) => {}
    }
    if parameters.value("state").is_none_or(str::is_empty) {
        told.remarks
            .push("There is no state: PKCE keeps codes apart, and state tells where the visitor was.".to_owned());
    }
    if parameters.value("nonce").is_none_or(str::is_empty) {
        told.remarks.push("There is no nonce: an ID token could be brought from another sign-in.".to_owned());
    }
    told
}

fn answer_of(url: &Url, parameters: &Parameters, expected: &Expected<'_>) -> Explanation {
    let Expected { client, issuer, .. } = *expected;
    let mut told =
        Explanation { kind: "answer to an authorization request", parts: parts(parameters), ..Explanation::default() };
    let came_to = without_query(url);
    let registered = |uri: &String| Url::parse(uri).is_ok_and(|own| without_query(&own) == came_to);
    if !client.redirect_uris.iter().any(registered) && !is_registered(client, &came_to) {
        told.wrong.push(differs(&came_to, &client.redirect_uris));
    }
    match parameters.value("iss") {
        Some(iss) if iss == issuer.as_str() => {}
        Some(iss) => {
            told.wrong.push(format!("iss is {iss}, and this issuer is {}: another has answered.", issuer.as_str()))
        }
        None => told.remarks.push("There is no iss, which every answer of this issuer has (RFC 9207).".to_owned()),
    }
    if parameters.value("state").is_none_or(str::is_empty) {
        told.remarks
            .push("There is no state: the request had none, or the answer is not to a request of yours.".to_owned());
    }
    if let Some(error) = parameters.value("error") {
        told.wrong.push(format!("{error}: {}", of_error(error)));
        return told;
    }
    if let Some(code) = parameters.value("code") {
        let prefix = TokenKind::AuthorizationCode.prefix(expected.mode);
        if !code.starts_with(prefix) {
            told.wrong.push(format!("code does not begin with {prefix}: it is no code of this issuer."));
        }
        let told_of_code = "The code is exchanged once, within a minute, by a POST to the token endpoint with the same redirect_uri and \
                            the code_verifier of the request.";
        told.remarks.push(told_of_code.to_owned());
    }
    told
}

/// What an error of the authorization or the token endpoint means for who reads it.
fn of_error(error: &str) -> &'static str {
    match error {
        "access_denied" => "the person did not allow it, or this client does not serve them.",
        "login_required" => "prompt=none was asked, and nobody is signed in whom this client serves.",
        "consent_required" => "prompt=none was asked, and the person has not yet allowed what is asked for.",
        "interaction_required" => "prompt=none was asked, and the person has to be asked something.",
        "invalid_scope" => "the scope names what this client may not ask for.",
        "invalid_request" => {
            "a parameter is missing, is there twice, or has a value that is not allowed: the description says which."
        }
        "unauthorized_client" => "this client is not registered for what it asks in this way.",
        "unsupported_response_type" => "this client is not registered for this response_type.",
        "unmet_authentication_requirements" => "the person could not sign in as strongly as was asked for.",
        "invalid_grant" => {
            "the code or the token is over, was used before, or belongs to another client or redirect_uri."
        }
        "invalid_client" => {
            "the client did not prove who it is: another secret, key or method than the registered one."
        }
        "temporarily_unavailable" | "server_error" => {
            "it is not the request: try again, and tell the reference if it stays."
        }
        _ => "the description says why.",
    }
}

struct Parts {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

fn token_parts(text: &str) -> Option<Parts> {
    let mut pieces = text.split('.');
    let (header, claims, _) = (pieces.next()?, pieces.next()?, pieces.next()?);
    if pieces.next().is_some() {
        return None;
    }
    let object = |piece: &str| match serde_json::from_slice(&base64url::decode(piece)?).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    };
    Some(Parts { header: object(header)?, claims: object(claims)? })
}

fn token_of(token: &Parts, expected: &Expected<'_>) -> Explanation {
    let Expected { client, issuer, kids, now, .. } = *expected;
    let Parts { header, claims } = token;
    let text = |members: &Map<String, Value>, name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = match text(header, "typ").as_deref() {
        Some("at+jwt") => "access token",
        Some("logout+jwt") => "logout token",
        _ => "ID token",
    };
    let shown = header.iter().map(|(name, value)| (format!("header {name}"), value.to_string()));
    let parts = shown.chain(claims.iter().map(|(name, value)| (name.clone(), value.to_string()))).collect();
    let mut told = Explanation { kind, parts, ..Explanation::default() };
    match text(header, "alg").as_deref() {
        Some("none") | None => told.wrong.push("It is signed by nobody: refuse it.".to_owned()),
        Some(algorithm) if kind == "ID token" && algorithm != client.policy.id_token_algorithm.name() => {
            let own = client.policy.id_token_algorithm.name();
            told.wrong.push(format!("alg is {algorithm}, and ID tokens for this client are signed with {own}."));
        }
        Some(_) => {}
    }
    if let Some(kid) = text(header, "kid").filter(|kid| !kids.contains(kid)) {
        told.wrong
            .push(format!("kid is {kid}, which this issuer publishes no key of: an old token, or another issuer's."));
    }
    match text(claims, "iss") {
        Some(iss) if iss == issuer.as_str() => {}
        Some(iss) => told.wrong.push(format!("iss is {iss}, and this issuer is {}.", issuer.as_str())),
        None => told.wrong.push("iss is missing.".to_owned()),
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if kind != "access token" && !audience.contains(&client.id.as_str()) {
        told.wrong.push(format!("aud is {}, and this client is {}: it is for another.", audience.join(" "), client.id));
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    match seconds("exp") {
        Some(exp) if exp <= now.seconds() => {
            told.wrong.push(format!("It expired {} s ago (exp).", now.seconds() - exp));
        }
        Some(_) => {}
        None => told.wrong.push("exp is missing.".to_owned()),
    }
    if let Some(iat) = seconds("iat").filter(|iat| *iat > now.seconds() + 60) {
        told.wrong.push(format!("It was issued {} s from now (iat): a clock is wrong.", iat - now.seconds()));
    }
    if kind == "ID token" && !claims.contains_key("nonce") {
        told.remarks.push("There is no nonce: the request had none, or it comes of a refresh.".to_owned());
    }
    told.remarks
        .push("Whether the signature holds is not looked at here: verify it with a key of jwks_uri.".to_owned());
    told
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

/// How an address differs from the nearest that is registered.
fn differs(asked: &str, registered: &[String]) -> String {
    let plain = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
    let host = |text: &str| Url::parse(text).ok().map(|url| (url.host_str().map(str::to_owned), url.path().to_owned()));
    let near = registered.iter().find_map(|own| {
        let why = if own.trim_end_matches('/') == asked.trim_end_matches('/') {
            "a slash at its end"
        } else if plain(own) == plain(asked) {
            "letters in another case"
        } else if own.split_once("://").map(|(_, rest)| rest) == asked.split_once("://").map(|(_, rest)| rest) {
            "another scheme"
        } else if host(own).is_some() && host(own) == host(asked) {
            "another port or query"
        } else {
            return None;
        };
        Some(format!("'{asked}' is not registered; '{own}' is: the difference is {why}."))
    });
    near.unwrap_or_else(|| match registered {
        [] => format!("'{asked}' is not registered: this client has no redirect URI."),
        own => format!("'{asked}' is not registered; registered are {}.", own.join(" ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::ClientAuthentication;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const SOUND: &str = "https://id.example/authorize?client_id=portal&redirect_uri=https%3A%2F%2Fportal.example%2Fcb&\
        response_type=code&scope=openid%20profile&state=s&nonce=n&code_challenge_method=S256&\
        code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn portal() -> Client {
        Client {
            redirect_uris: vec!["https://portal.example/cb".to_owned()],
            scopes: "openid profile".parse().unwrap(),
            ..Client::new("portal".parse().unwrap(), ClientAuthentication::None, NOW)
        }
    }

    fn told(text: &str) -> Explanation {
        let (client, issuer) = (portal(), "https://id.example".parse().unwrap());
        let kids = ["k1".to_owned()];
        explain(text, &Expected { client: &client, issuer: &issuer, kids: &kids, mode: Mode::Official, now: NOW })
            .expect(text)
    }

    #[test]
    fn each_fault_of_a_request_is_named() {
        assert_eq!((told(SOUND).wrong, told(SOUND).remarks), (Vec::<String>::new(), Vec::new()));
        for (from, to, expected) in [
            ("client_id=portal", "client_id=other", "client_id is other"),
            ("portal.example%2Fcb", "portal.example%2Fcb%2F", "a slash at its end"),
            ("portal.example%2Fcb", "portal.example%2FCB", "another case"),
            ("https%3A%2F%2Fportal", "http%3A%2F%2Fportal", "another scheme"),
            ("portal.example%2Fcb", "portal.example%3A8443%2Fcb", "another port or query"),
            ("portal.example%2Fcb", "evil.example%2Fcb", "is not registered; registered are"),
            ("response_type=code", "response_type=token", "response_type is token"),
            ("openid%20profile", "profile", "scope has no openid"),
            ("openid%20profile", "openid%20email", "scope names email"),
            ("code_challenge_method=S256", "code_challenge_method=plain", "must be S256"),
            ("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "x=y", "code_challenge"),
            ("/authorize", "/auth", "the authorization endpoint is https://id.example/authorize"),
            ("state=s", "state=s&state=t", "state is there more than once"),
        ] {
            assert!(SOUND.contains(from), "{from}");
            let wrong = told(&SOUND.replace(from, to)).wrong;
            assert!(wrong.iter().any(|sentence| sentence.contains(expected)), "{expected}: {wrong:?}");
        }
        assert!(told(&SOUND.replace("&nonce=n", "")).remarks[0].contains("no nonce"));
    }

    #[test]
    fn an_answer_is_read_and_its_code_is_not_shown() {
        let code = "senid_ac_AaIFdVxZf5a5sLLMKKl5yCGrBVWUaGAFtNkTvMGx";
        let sound = format!("https://portal.example/cb?code={code}&state=s&iss=https%3A%2F%2Fid.example");
        let read = told(&sound);
        assert_eq!((read.kind, read.wrong.len()), ("answer to an authorization request", 0), "{read:?}");
        assert!(!format!("{read:?}").contains(code));
        let of_a_sandbox = told(&sound.replace("senid_ac_", "senid_sandbox_ac_")).wrong;
        assert!(of_a_sandbox[0].contains("it is no code of this issuer"), "{of_a_sandbox:?}");
        assert!(told(&sound.replace("id.example", "evil.example")).wrong[0].contains("another has answered"));
        assert!(told(&sound.replace("/cb?", "/other?")).wrong[0].contains("is not registered"));
        let refused = told("https://portal.example/cb?error=login_required&state=s&iss=https%3A%2F%2Fid.example");
        assert!(refused.wrong[0].starts_with("login_required: prompt=none was asked"), "{refused:?}");
    }

    #[test]
    fn a_token_says_whose_it_is_and_when_it_ended() {
        let token = |header: &str, claims: &str| {
            format!("{}.{}.c2ln", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()))
        };
        let sound = r#"{"iss":"https://id.example","aud":"portal","exp":1800000060,"iat":1800000000,"nonce":"n"}"#;
        let header = r#"{"alg":"ES256","kid":"k1"}"#;
        assert_eq!(told(&token(header, sound)).wrong, Vec::<String>::new());
        for (header, claims, expected) in [
            (r#"{"alg":"none"}"#, sound.to_owned(), "signed by nobody"),
            (r#"{"alg":"RS256","kid":"k1"}"#, sound.to_owned(), "signed with ES256"),
            (r#"{"alg":"ES256","kid":"k0"}"#, sound.to_owned(), "publishes no key"),
            (header, sound.replace("portal", "other"), "it is for another"),
            (header, sound.replace("1800000060", "1799999990"), "It expired 10 s ago"),
            (header, sound.replace("id.example", "evil.example"), "iss is https://evil.example"),
            (header, sound.replace("\"iat\":1800000000", "\"iat\":1800000100"), "100 s from now"),
        ] {
            let wrong = told(&token(header, &claims)).wrong;
            assert!(wrong.iter().any(|sentence| sentence.contains(expected)), "{expected}: {wrong:?}");
        }
    }

    #[test]
    fn what_is_none_of_them_is_not_explained() {
        let (client, issuer) = (portal(), "https://id.example".parse().unwrap());
        let expected = Expected { client: &client, issuer: &issuer, kids: &[], mode: Mode::Official, now: NOW };
        for text in ["", "hello", "a.b.c", "https://portal.example/", "https://portal.example/?x=1"] {
            assert_eq!(explain(text, &expected), None, "{text}");
        }
    }
}
