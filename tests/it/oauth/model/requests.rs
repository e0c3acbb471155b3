//! Random authorization requests: one that is right for its client, with a few things changed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::clients::CLIENTS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// Nobody has signed in here.
    Nobody,
    /// Someone who has allowed every client everything.
    Consenting,
    /// Someone who has allowed nothing.
    Newcomer,
}

/// Whose ID token a hint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// Of the person who has allowed everything.
    Own,
    SomeoneElse,
    OfAnotherClient,
    Garbage,
}

#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Hint(Hint),
}

impl Value {
    pub fn text(&self, hint: impl Fn(Hint) -> String) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Hint(which) => hint(*which),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Case {
    pub client: &'static str,
    pub person: Person,
    pub by_post: bool,
    pub parameters: Vec<(String, Value)>,
}

impl Case {
    /// The parameters as the model reads them: a hint is the name of its kind.
    pub fn named(&self) -> Vec<(String, String)> {
        let named = |value: &Value| value.text(|hint| format!("{hint:?}"));
        self.parameters.iter().map(|(name, value)| (name.clone(), named(value))).collect()
    }
}

#[derive(Clone, Debug)]
enum Change {
    Set(&'static str, Value),
    Remove(&'static [&'static str]),
    /// One that is nearly the client's own.
    Redirect(fn(&str) -> String),
    Repeat(&'static str, Value),
    Add(String, String),
}

pub fn case() -> impl Strategy<Value = Case> {
    let client = select((0..CLIENTS.len()).collect::<Vec<_>>());
    let person = select(vec![Person::Nobody, Person::Consenting, Person::Consenting, Person::Newcomer]);
    let mode = prop_oneof![2 => Just(None), 1 => select(MODES.to_vec()).prop_map(Some)];
    let prompt = prop_oneof![4 => Just(None), 1 => select(vec!["none", "create", "login", "consent"]).prop_map(Some)];
    let index = any::<prop::sample::Index>();
    (client, person, any::<bool>(), response_type(), (mode, prompt), vec(change(), 0..4), index).prop_map(
        |(client, person, by_post, response_type, (mode, prompt), changes, at)| {
            let client = &CLIENTS[client];
            let asked = response_type.unwrap_or_else(|| client.response_types[at.index(client.response_types.len())]);
            let redirect_uri = client.redirect_uris[at.index(client.redirect_uris.len())];
            let mut parameters: Vec<(String, Value)> = [
                ("client_id", client.id),
                ("redirect_uri", redirect_uri),
                ("response_type", asked),
                ("scope", "openid profile"),
                ("state", "af0ifjsldkj"),
                ("nonce", "n-0S6_WzA2Mj"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ]
            .map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned())))
            .to_vec();
            let wishes = [("response_mode", mode), ("prompt", prompt)];
            let wishes =
                wishes.into_iter().filter_map(|(name, wish)| Some((name.to_owned(), Value::Text(wish?.to_owned()))));
            parameters.extend(wishes);
            for change in changes {
                apply(&mut parameters, change);
            }
            Case { client: client.id, person, by_post, parameters }
        },
    )
}

fn apply(parameters: &mut Vec<(String, Value)>, change: Change) {
    match change {
        Change::Set(name, value) => {
            parameters.retain(|(own, _)| own != name);
            parameters.push((name.to_owned(), value));
        }
        Change::Remove(names) => parameters.retain(|(own, _)| !names.contains(&own.as_str())),
        Change::Redirect(change) => {
            for (_, value) in parameters.iter_mut().filter(|(own, _)| own == "redirect_uri") {
                if let Value::Text(uri) = value {
                    *uri = change(uri);
                }
            }
        }
        Change::Repeat(name, value) => {
            let again = parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
            parameters.extend([(name.to_owned(), again.unwrap_or_else(|| value.clone())), (name.to_owned(), value)]);
        }
        Change::Add(name, value) => parameters.push((name, Value::Text(value))),
    }
}

const MODES: &[&str] = &["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Mostly one of the client's own.
fn response_type() -> impl Strategy<Value = Option<&'static str>> {
    let others = vec![
        "code",
        "id_token",
        "id_token token",
        "token id_token",
        "code id_token",
        "id_token code",
        "code token",
        "token code id_token",
        "none",
        "token",
        "code none",
        "code code",
        "saml",
        "Code",
        "code  token",
        "",
    ];
    prop_oneof![4 => Just(None), 1 => select(others).prop_map(Some)]
}

fn change() -> impl Strategy<Value = Change> {
    let gone: Vec<&'static [&'static str]> = vec![
        &["nonce"],
        &["nonce"],
        &["code_challenge", "code_challenge_method"],
        &["code_challenge", "code_challenge_method"],
        &["code_challenge"],
        &["code_challenge_method"],
        &["state"],
        &["scope"],
        &["response_type"],
        &["redirect_uri"],
        &["client_id"],
    ];
    let nearly: Vec<fn(&str) -> String> = vec![
        |uri| uri.to_uppercase(),
        |uri| uri.replace("callback", "CallBack"),
        |uri| format!("{uri}/"),
        |uri| format!("{uri}&x=1"),
        |uri| format!("{uri}#x"),
        |uri| uri.replace("https://", "http://"),
        |uri| uri.replace("/callback", "/a/../callback"),
        |uri| uri.replace("://", "://x@"),
        |uri| uri.replacen("/callback", ":444/callback", 1),
    ];
    prop_oneof![
        8 => value().prop_map(|(name, value)| Change::Set(name, value)),
        2 => select(gone).prop_map(Change::Remove),
        1 => select(nearly).prop_map(Change::Redirect),
        1 => value().prop_map(|(name, value)| Change::Repeat(name, value)),
        // What nobody knows, and the one that may come often.
        1 => (select(vec!["foo", "resource", "State", "x y", "é", "authorization_details"]), ".{0,12}")
            .prop_map(|(name, value)| Change::Add(name.to_owned(), value)),
    ]
}

fn value() -> impl Strategy<Value = (&'static str, Value)> {
    let listed = select(VALUES.to_vec()).prop_flat_map(|(name, values)| {
        select(values.to_vec()).prop_map(move |value| (name, Value::Text(value.to_owned())))
    });
    let hint = select(vec![Hint::Own, Hint::Own, Hint::SomeoneElse, Hint::OfAnotherClient, Hint::Garbage]);
    let state = prop_oneof![
        ".{0,40}",
        "[ -~]{128}",
        select(vec![2048usize, 2049]).prop_map(|length| "s".repeat(length)),
        select(vec!["two\nlines", "two\r\nlines", "\"><script>", "a&code=b#c", "%00"]).prop_map(str::to_owned),
    ];
    prop_oneof![
        10 => listed,
        1 => hint.prop_map(|hint| ("id_token_hint", Value::Hint(hint))),
        1 => state.prop_map(|state| ("state", Value::Text(state))),
        1 => select(vec![512usize, 513]).prop_map(|length| ("nonce", Value::Text("n".repeat(length)))),
    ]
}

const VALUES: &[(&str, &[&str])] = &[
    ("client_id", &["", "nobody-knows", "tax office", "tax-office"]),
    (
        "redirect_uri",
        &[
            "",
            "https://evil.example/callback",
            "https://tax.example/callback/",
            "https://TAX.example/callback",
            "https://tax.example/callback?x=1",
            "https://theatre.example/other",
            "http://127.0.0.1:51004/callback",
            "http://127.0.0.1:51004/other",
            "http://localhost/callback",
            "vn.example.app:/callback",
            "javascript:alert(1)",
        ],
    ),
    ("response_type", &["", "code", "none", "id_token", "code id_token", "token", "code saml", " code"]),
    (
        "response_mode",
        &[
            "",
            "query",
            "fragment",
            "form_post",
            "query",
            "fragment",
            "form_post",
            "jwt",
            "query.jwt",
            "fragment.jwt",
            "form_post.jwt",
            "pigeon",
            "pigeon.jwt",
            "Fragment",
            "query fragment",
        ],
    ),
    (
        "scope",
        &[
            "",
            "openid",
            "openid openid",
            "openid  profile",
            "profile",
            "openid email",
            "openid national_id",
            "openid offline_access",
            "openid of-tomorrow",
            "openid \"x\"",
            "OPENID",
            "openid\tprofile",
        ],
    ),
    ("state", &["", "x", "é ✓+&=%"]),
    ("nonce", &["", "n", "é\n"]),
    ("code_challenge", &["", "short", CHALLENGE, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw=cM"]),
    ("code_challenge_method", &["", "S256", "plain", "s256"]),
    (
        "prompt",
        &[
            "",
            "none",
            "none",
            "none",
            "login",
            "consent",
            "select_account",
            "create",
            "login consent",
            "consent  select_account",
            "none none",
            "none login",
            "create none",
            "nonsense",
            "NONE",
        ],
    ),
    ("max_age", &["", "0", "500", "999", "1000", "1001", "99999999999999999999", "-1", "soon", " 5", "1.5"]),
    ("id_token_hint", &["", "a.b.c"]),
    ("login_hint", &["", "nobody@example.com", "\"><script>"]),
    ("display", &["page", "wap", "nonsense", ""]),
    ("ui_locales", &["se", "vi", "xx_!!", ""]),
    ("claims_locales", &["se", "vi fr-CA", "!"]),
    ("acr_values", &["urn:example:unheard-of", "1", ""]),
    (
        "claims",
        &[
            "",
            "{}",
            "[]",
            "nonsense",
            "{\"userinfo\":{\"name\":null,\"unheard-of\":null}}",
            "{\"id_token\":{\"name\":{\"essential\":true}}}",
            "{\"id_token\":{\"acr\":{\"essential\":true,\"value\":\"urn:example:unheard-of\"}}}",
            "{\"id_token\":{\"acr\":{\"value\":\"urn:example:unheard-of\"}}}",
            "{\"id_token\":{\"sub\":{\"value\":\"somebody else\"}}}",
            "{\"userinfo\":1}",
        ],
    ),
    ("request", &["", "eyJhbGciOiJub25lIn0"]),
    ("request_uri", &["", "nonsense"]),
    ("registration", &["", "{}"]),
];
