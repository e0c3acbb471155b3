//! A relying party as the suite plays it: registers itself, sends a browser, checks whatever comes back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use ring::digest::{SHA256, digest};
use senid::config::{RegistrationMode, Settings};
use senid::domain::authorization::ResponseType;
use senid::domain::client::{PkcePolicy, SubjectType};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::web::{self, Reply};
use crate::support::world::{AN, Backend, Browser, Page, proof};

/// Where the suite's own pages are. Nobody is there: an address is all that a browser shows of them.
pub const BASE: &str = "https://suite.example/test/a/senid";

/// Every flow and both ways to answer, as the certification plans run them.
pub const VARIANTS: [Variant; 12] = {
    let types = ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];
    let mut all = [Variant { response_type: "code", mode: Mode::Usual }; 12];
    let mut at = 0;
    while at < types.len() {
        all[2 * at] = Variant { response_type: types[at], mode: Mode::Usual };
        all[2 * at + 1] = Variant { response_type: types[at], mode: Mode::FormPost };
        at += 1;
    }
    all
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    pub response_type: &'static str,
    pub mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In the query for `code`, in the fragment for everything else.
    Usual,
    FormPost,
}

impl Variant {
    pub const CODE: Self = Self { response_type: "code", mode: Mode::Usual };

    pub fn issues(self, what: &str) -> bool {
        self.response_type.split(' ').any(|word| word == what)
    }
}

/// A deployment as `conformance/serve` sets one up: anyone may register, for every flow.
pub async fn deployment(backend: Backend) -> World {
    World::start(backend, open_registration).await
}

pub fn open_registration(settings: &mut Settings) {
    let registration = &mut settings.registration;
    registration.mode = RegistrationMode::Open;
    registration.response_types = ResponseType::ALL.into_iter().collect();
    registration.front_channel_access_tokens = Some("conformance".to_owned());
    registration.pkce = PkcePolicy::Optional;
    registration.subject_types = vec![SubjectType::Pairwise, SubjectType::Public];
    registration.throttle.most = 10_000;
    settings.outbound.allow_loopback = true;
}

/// Stamps each module for the embedded backend and the production one.
macro_rules! modules {
    ($($(#[$attribute:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {
        $($(#[$attribute])* async fn $name($world: &$crate::support::World) $body)*

        mod embedded {
            use $crate::support::world::Backend;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&$crate::conformance::relying_party::deployment(Backend::embedded().await).await).await;
            })*
        }

        mod production {
            use $crate::support::world::Backend;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&$crate::conformance::relying_party::deployment(Backend::production().await).await).await;
            })*
        }
    };
}
pub(super) use modules;

/// A registered client of the suite's.
pub struct RelyingParty<'w> {
    pub world: &'w World,
    pub variant: Variant,
    /// What the registration endpoint answered.
    pub registered: Value,
    pub redirect_uri: String,
}

/// What the authorization endpoint and, after it, the token endpoint gave.
#[derive(Debug, Default)]
pub struct Outcome {
    pub answer: BTreeMap<String, String>,
    /// The claims of the ID token that came through the browser.
    pub front_id_token: Option<Value>,
    pub tokens: Option<Value>,
    /// The claims of the token endpoint's ID token.
    pub id_token: Option<Value>,
    pub userinfo: Option<Value>,
}

impl Outcome {
    /// The claims of either ID token; they agree.
    pub fn claims(&self) -> &Value {
        self.id_token.as_ref().or(self.front_id_token.as_ref()).expect("every flow gives an ID token")
    }

    pub fn code(&self) -> &str {
        &self.answer["code"]
    }

    pub fn token(&self, name: &str) -> &str {
        self.tokens.as_ref().expect("the token endpoint was asked")[name].as_str().expect(name)
    }

    /// An access token, from wherever the flow gives one.
    pub fn access_token(&self) -> Option<&str> {
        let from_tokens = self.tokens.as_ref().and_then(|tokens| tokens["access_token"].as_str());
        from_tokens.or_else(|| self.answer.get("access_token").map(String::as_str))
    }
}

impl<'w> RelyingParty<'w> {
    /// Registers as the suite does: what it needs for the flow, and no more.
    pub async fn register(world: &'w World, variant: Variant) -> Self {
        Self::register_with(world, variant, json!({})).await
    }

    /// As [`RelyingParty::register`], with these members on top.
    pub async fn register_with(world: &'w World, variant: Variant, more: Value) -> Self {
        let reply = Self::ask_to_register(world, variant, more).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        assert!(reply.header("content-type").starts_with("application/json"));
        assert_eq!(reply.header("cache-control"), "no-store");
        let registered = reply.json();
        for member in ["client_id", "registration_access_token", "registration_client_uri"] {
            assert!(registered[member].is_string(), "{member}: {registered}");
        }
        let redirect_uri = registered["redirect_uris"][0].as_str().unwrap().to_owned();
        Self { world, variant, registered, redirect_uri }
    }

    pub async fn ask_to_register(world: &World, variant: Variant, more: Value) -> Reply {
        let mut grant_types = Vec::new();
        if variant.issues("code") {
            grant_types.push("authorization_code");
        }
        if variant.issues("id_token") || variant.issues("token") {
            grant_types.push("implicit");
        }
        let mut metadata = json!({
            "client_name": "Conformance",
            "grant_types": grant_types,
            "response_types": [variant.response_type],
            "redirect_uris": [format!("{BASE}/callback")],
            "token_endpoint_auth_method": "client_secret_basic",
            "contacts": ["certification@oidf.example"],
        });
        let members = metadata.as_object_mut().unwrap();
        for (name, value) in more.as_object().unwrap() {
            match value {
                Value::Null => members.remove(name),
                value => members.insert(name.clone(), value.clone()),
            };
        }
        Self::send_metadata(&world.at("/register"), Method::POST, &[], &metadata).await
    }

    pub async fn send_metadata(url: &str, method: Method, headers: &[(&str, &str)], metadata: &Value) -> Reply {
        let headers = [&[("content-type", "application/json")], headers].concat();
        web::send(method, url, &headers, Some(metadata.to_string()), [127, 0, 0, 1].into()).await
    }

    pub fn member(&self, name: &str) -> &str {
        self.registered[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.registered))
    }

    /// The request that the suite makes where a module asks for nothing else.
    pub fn request(&self) -> Request {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut request = Request(vec![
            ("client_id".to_owned(), self.member("client_id").to_owned()),
            ("redirect_uri".to_owned(), self.redirect_uri.clone()),
            ("scope".to_owned(), "openid".to_owned()),
            ("state".to_owned(), format!("state{number:08}")),
            ("nonce".to_owned(), format!("nonce{number:08}")),
            ("response_type".to_owned(), self.variant.response_type.to_owned()),
        ]);
        if self.variant.mode == Mode::FormPost {
            request = request.with("response_mode", "form_post");
        }
        request
    }

    /// Sends a browser with `request` and has An do whatever is asked, up to the answer.
    pub async fn sends(&self, browser: &mut Browser, request: &Request) -> Answered {
        let page = browser.open(&request.url(self.world)).await;
        self.arrives(browser, page).await
    }

    /// Has An do whatever `page` asks, up to the answer.
    pub async fn arrives(&self, browser: &mut Browser, mut page: Page) -> Answered {
        if page.has("#username") {
            page = AN.signs_in(browser, &page).await;
        }
        if page.has("#allow") {
            page = AN.allows(browser, &page).await;
        }
        Answered::read(&page, &self.redirect_uri)
    }

    /// The whole flow in a new browser; every answer is held against the standard.
    pub async fn flow(&self) -> Outcome {
        self.flow_of(&mut self.world.browser(), &self.request()).await
    }

    /// As [`RelyingParty::flow`], in this browser and with this request.
    pub async fn flow_of(&self, browser: &mut Browser, request: &Request) -> Outcome {
        let answered = self.sends(browser, request).await;
        self.complete(request, answered).await
    }

    /// Everything after the answer of the authorization endpoint.
    pub async fn complete(&self, request: &Request, answered: Answered) -> Outcome {
        let answer = answered.success(self, request);
        let mut outcome = Outcome { answer, ..Outcome::default() };
        if self.variant.issues("id_token") {
            let token = &outcome.answer["id_token"];
            let claims = self.id_token(token, request).await;
            self.check_hash(token, &claims, "at_hash", outcome.answer.get("access_token"));
            self.check_hash(token, &claims, "c_hash", outcome.answer.get("code"));
            outcome.front_id_token = Some(claims);
        }
        if let Some(token) = outcome.answer.get("access_token") {
            self.userinfo(token).await;
        }
        if self.variant.issues("code") {
            let tokens = self.exchange(outcome.code()).await;
            assert_eq!(tokens.status, 200, "{}", tokens.body);
            assert_eq!((tokens.header("cache-control"), tokens.header("pragma")), ("no-store", "no-cache"));
            let tokens = tokens.json();
            assert!(tokens["token_type"].as_str().unwrap().eq_ignore_ascii_case("bearer"));
            assert!(tokens["expires_in"].as_u64().unwrap() > 0);
            let token = tokens["id_token"].as_str().unwrap();
            let claims = self.id_token(token, request).await;
            let access_token = tokens["access_token"].as_str().map(str::to_owned);
            self.check_hash(token, &claims, "at_hash", access_token.as_ref());
            if let Some(front) = &outcome.front_id_token {
                for name in ["iss", "sub", "aud", "auth_time", "nonce", "sid", "acr"] {
                    assert_eq!(front[name], claims[name], "{name} of both ID tokens");
                }
            }
            outcome.tokens = Some(tokens);
            outcome.id_token = Some(claims);
        }
        if let Some(token) = outcome.access_token().map(str::to_owned) {
            let userinfo = self.userinfo(&token).await;
            if outcome.id_token.is_some() || outcome.front_id_token.is_some() {
                assert_eq!(userinfo["sub"], outcome.claims()["sub"]);
            }
            outcome.userinfo = Some(userinfo);
        }
        outcome
    }

    pub async fn exchange(&self, code: &str) -> Reply {
        self.exchange_with(code, &[]).await
    }

    pub async fn exchange_with(&self, code: &str, more: &[(&str, &str)]) -> Reply {
        let form = [
            &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", self.redirect_uri.as_str())],
            more,
        ];
        self.token(&form.concat()).await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Reply {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// A token request, proven as the registration says.
    pub async fn token(&self, form: &[(&str, &str)]) -> Reply {
        let url = self.world.at("/token");
        let id = self.member("client_id");
        match self.registered["token_endpoint_auth_method"].as_str().unwrap() {
            "client_secret_basic" => {
                let pair = STANDARD.encode(format!("{id}:{}", self.member("client_secret")));
                web::post(&url, &[("authorization", &format!("Basic {pair}"))], form).await
            }
            "client_secret_post" => {
                let own = [("client_id", id), ("client_secret", self.member("client_secret"))];
                web::post(&url, &[], &[form, &own].concat()).await
            }
            other => panic!("the suite proves {other} in its own module"),
        }
    }

    /// Userinfo, by GET with the token in the header.
    pub async fn userinfo(&self, access_token: &str) -> Value {
        let bearer = format!("Bearer {access_token}");
        let reply = web::get(&self.world.at("/userinfo"), &[("authorization", &bearer)]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let claims = reply.json();
        assert!(claims["sub"].as_str().is_some_and(|sub| (1..=255).contains(&sub.len()) && sub.is_ascii()));
        claims
    }

    /// The claims of an ID token, checked as Core §3.1.3.7 tells a relying party to.
    pub async fn id_token(&self, token: &str, request: &Request) -> Value {
        let world = self.world;
        let claims = proof::claims(&world.issuer, token).await;
        let header = proof::header(token);
        assert!(header["kid"].as_str().is_some_and(|kid| !kid.is_empty()), "{header}");
        let algorithm = self.registered["id_token_signed_response_alg"].as_str().unwrap_or("RS256");
        assert_eq!(header["alg"], algorithm);
        assert_eq!(claims["iss"], world.issuer.as_str());
        assert_eq!(claims["aud"], self.member("client_id"));
        assert_eq!(claims.get("nonce").and_then(Value::as_str), request.get("nonce"));
        let now = world.app(0).clock.now().seconds();
        let time = |name: &str| claims[name].as_i64().unwrap_or_else(|| panic!("no {name}: {claims}"));
        assert!((now - 5..=now).contains(&time("iat")) && time("exp") > now, "{claims}");
        assert!(time("auth_time") <= now, "{claims}");
        assert!(claims["sub"].as_str().is_some_and(|sub| (1..=255).contains(&sub.len())));
        assert!(claims["acr"].as_str().is_none_or(|acr| !acr.is_empty()));
        assert!(claims.as_object().unwrap().values().all(|value| !value.is_null() && *value != json!("")), "{claims}");
        claims
    }

    /// `at_hash` or `c_hash`: the left half of the SHA-256 of what it binds (Core §3.1.3.6, §3.3.2.11); there where it is due.
    fn check_hash(&self, token: &str, claims: &Value, name: &str, bound: Option<&String>) {
        let Some(bound) = bound else { return };
        assert_eq!(proof::header(token)["alg"], "RS256", "the suite's relying parties use RS256");
        let hash = digest(&SHA256, bound.as_bytes());
        assert_eq!(claims[name], URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]), "{name}");
    }

    /// Ends the registration, as the suite does when a module is over.
    pub async fn unregister(self) {
        let bearer = format!("Bearer {}", self.member("registration_access_token"));
        let url = self.member("registration_client_uri");
        let reply = web::send(Method::DELETE, url, &[("authorization", &bearer)], None, [127, 0, 0, 1].into()).await;
        assert_eq!(reply.status, 204, "{}", reply.body);
    }
}

/// An authorization request, parameter by parameter.
#[derive(Clone, Debug)]
pub struct Request(pub Vec<(String, String)>);

impl Request {
    /// The request with this parameter, in the place of another of its name.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let mut request = self.without(name);
        request.0.push((name.to_owned(), value.to_owned()));
        request
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| own != name);
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub fn url(&self, world: &World) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{}?{}", world.at("/authorize"), query.extend_pairs(&self.0).finish())
    }
}

/// An answer of the authorization endpoint, and how it came.
#[derive(Debug)]
pub struct Answered {
    pub how: How,
    pub parameters: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Query,
    Fragment,
    Post,
}

impl Answered {
    /// Reads what the browser brings to `redirect_uri`: in the address, or in a form that a page of ours sends.
    fn read(page: &Page, redirect_uri: &str) -> Self {
        if page.status == 200 {
            assert!(page.has("form"), "no answer: {} {} {}", page.url, page.heading(), page.text());
            let form = page.form_with("iss");
            assert_eq!(form.action, redirect_uri, "{}", page.text());
            assert!(page.reply.header("cache-control").contains("no-store"));
            return Self { how: How::Post, parameters: once_each(form.pairs.into_iter()) };
        }
        assert_eq!(page.status, 303, "no answer: {} {} {}", page.url, page.heading(), page.text());
        let (base, fragment) =
            page.url.as_str().split_once('#').map_or((page.url.as_str(), None), |(b, f)| (b, Some(f)));
        let (how, encoded) = match fragment {
            Some(fragment) => {
                assert_eq!(base, redirect_uri);
                (How::Fragment, fragment.to_owned())
            }
            None => {
                // A query of the redirect URI's own comes first and stays.
                let rest = base.strip_prefix(redirect_uri).unwrap_or_else(|| panic!("{base} is not {redirect_uri}"));
                (How::Query, rest.trim_start_matches(['?', '&']).to_owned())
            }
        };
        let pairs = url::form_urlencoded::parse(encoded.as_bytes()).into_owned();
        Self { how, parameters: once_each(pairs) }
    }

    /// The parameters of a good answer to `request`: what the flow gives and nothing else, where it belongs.
    fn success(self, party: &RelyingParty<'_>, request: &Request) -> BTreeMap<String, String> {
        let parameters = self.checked(party, request);
        assert_eq!(parameters.get("error"), None, "{parameters:?}");
        for (name, word) in
            [("code", "code"), ("id_token", "id_token"), ("access_token", "token"), ("token_type", "token")]
        {
            assert_eq!(parameters.contains_key(name), party.variant.issues(word), "{name}: {parameters:?}");
        }
        parameters
    }

    /// The error, of an answer that has nothing else but its description.
    pub fn error(self, party: &RelyingParty<'_>, request: &Request) -> String {
        let mut parameters = self.checked(party, request);
        let allowed = ["error", "error_description", "error_uri", "state", "session_state", "iss"];
        assert!(parameters.keys().all(|name| allowed.contains(&name.as_str())), "{parameters:?}");
        // RFC 6749 §4.1.2.1: %x20-21 / %x23-5B / %x5D-7E.
        let plain = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        assert!(parameters["error_description"].chars().all(plain), "{parameters:?}");
        parameters.remove("error").unwrap_or_else(|| panic!("no error: {parameters:?}"))
    }

    fn checked(self, party: &RelyingParty<'_>, request: &Request) -> BTreeMap<String, String> {
        let expected = match (request.get("response_mode"), request.get("response_type")) {
            (Some("form_post"), _) => How::Post,
            (_, Some("code" | "none") | None) => How::Query,
            _ => How::Fragment,
        };
        assert_eq!(self.how, expected, "{:?}", self.parameters);
        assert_eq!(self.parameters.get("iss"), Some(&party.world.issuer));
        assert_eq!(self.parameters.get("state").map(String::as_str), request.get("state"));
        self.parameters
    }
}

fn once_each(pairs: impl Iterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let mut once = BTreeMap::new();
    for (name, value) in pairs {
        assert!(once.insert(name.clone(), value).is_none(), "{name} came twice");
    }
    once
}

/// What the suite waits between two sign-ins, so that a later `auth_time` can be told from an earlier one.
pub const A_MOMENT: Duration = Duration::from_secs(2);
