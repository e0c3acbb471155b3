//! A portal: sends people to SenID, and calls it for itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use ring::digest::{SHA256, digest};
use senid::domain::mac::MacAlgorithm;
use senid::domain::time::Clock;
use serde_json::Value;

use super::assertion::{self, Assertion};
use super::clients::{Method, Registration};
use super::dpop::{self, DpopKey};
use super::page::{Mode, Page};
use super::proof;
use super::web::{self, Reply, encode};

#[derive(Clone, Debug)]
pub struct Portal {
    issuer: String,
    pub registration: Registration,
    clock: Arc<dyn Clock>,
}

/// An authorization request, and what the portal remembers of it.
#[derive(Clone, Debug)]
pub struct Started {
    issuer: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    parameters: Vec<(String, String)>,
}

/// What the token endpoint answered.
#[derive(Clone, Debug)]
pub struct TokenAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Portal {
    pub fn new(issuer: &str, registration: Registration, clock: Arc<dyn Clock>) -> Self {
        Self { issuer: issuer.to_owned(), registration, clock }
    }

    pub const fn id(&self) -> &'static str {
        self.registration.id
    }

    /// A request for everything that the portal may ask for.
    pub fn start(&self) -> Started {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let (state, nonce) = (format!("state-{number}"), format!("nonce-{number}"));
        let verifier = format!("{number:-<43}");
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let parameters = [
            ("response_type", "code"),
            ("client_id", self.registration.id),
            ("redirect_uri", self.registration.redirect_uri),
            ("scope", self.registration.scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Started { issuer: self.issuer.clone(), state, nonce, verifier, parameters }
    }

    /// Exchanges the code that answered `started`.
    pub async fn exchange(&self, started: &Started, code: &str) -> TokenAnswer {
        self.token(&self.code_form(started, code)).await
    }

    /// The form of that exchange.
    pub fn code_form<'f>(&self, started: &'f Started, code: &'f str) -> Vec<(&'f str, &'f str)> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.registration.redirect_uri),
        ];
        if started.parameters.iter().any(|(name, _)| name == "code_challenge") {
            form.push(("code_verifier", &started.verifier));
        }
        form
    }

    pub async fn refresh(&self, refresh_token: &str) -> TokenAnswer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// Refreshes and asks for this scope.
    pub async fn refresh_for(&self, refresh_token: &str, scope: &str) -> TokenAnswer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("scope", scope)]).await
    }

    /// A token request of this portal's, proven as it is registered.
    pub async fn token(&self, form: &[(&str, &str)]) -> TokenAnswer {
        self.call("/token", &[], form).await.into()
    }

    /// As [`Portal::token`], with these headers beside.
    pub async fn token_with(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> TokenAnswer {
        self.call("/token", headers, form).await.into()
    }

    /// As [`Portal::token`], with a new proof that the portal holds `key`.
    pub async fn token_by(&self, key: &DpopKey, form: &[(&str, &str)]) -> TokenAnswer {
        let proof = key.prove("POST", &format!("{}/token", self.issuer), self.clock.now());
        self.token_with(&[("dpop", &proof)], form).await
    }

    /// A token request with these headers and this form, and nothing of the portal's own.
    pub async fn raw_token(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> TokenAnswer {
        web::post(&format!("{}/token", self.issuer), headers, form).await.into()
    }

    /// Asks somebody through the back channel (CIBA), for the scope that it may ask for.
    pub async fn asks(&self, parameters: &[(&str, &str)]) -> Reply {
        let scope = [("scope", self.registration.scope)];
        let scope =
            if parameters.iter().any(|(name, _)| ["scope", "request"].contains(name)) { &[][..] } else { &scope };
        self.call("/bc-authorize", &[], &[scope, parameters].concat()).await
    }

    /// Comes for the answer to a request.
    pub async fn comes_for(&self, auth_req_id: &str) -> TokenAnswer {
        self.token(&[("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", auth_req_id)]).await
    }

    /// Posts the form to `path`, proven as the portal is registered, with a new proof that it holds `key`.
    pub async fn call_by(&self, key: &DpopKey, path: &str, form: &[(&str, &str)]) -> Reply {
        let proof = key.prove("POST", &format!("{}{path}", self.issuer), self.clock.now());
        self.call(path, &[("dpop", &proof)], form).await
    }

    pub async fn revoke(&self, token: &str) -> Reply {
        self.call("/revoke", &[], &[("token", token)]).await
    }

    /// Pushes the request, proven as the portal is registered.
    pub async fn push(&self, started: &Started) -> Reply {
        self.push_with(&[], started).await
    }

    /// As [`Portal::push`], with these headers beside.
    pub async fn push_with(&self, headers: &[(&str, &str)], started: &Started) -> Reply {
        let form: Vec<_> = started.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.call("/par", headers, &form).await
    }

    /// As [`Portal::push`], with a new proof that the portal holds `key`.
    pub async fn push_by(&self, key: &DpopKey, started: &Started) -> Reply {
        let proof = key.prove("POST", &format!("{}/par", self.issuer), self.clock.now());
        self.push_with(&[("dpop", &proof)], started).await
    }

    /// Pushes the request, and gives what the portal sends a browser with instead.
    pub async fn pushed(&self, started: &Started) -> Started {
        self.refer(started, &self.push(started).await)
    }

    /// What the portal sends a browser with once `started` was pushed.
    pub fn refer(&self, started: &Started, reply: &Reply) -> Started {
        assert_eq!(reply.status, 201, "{}", reply.body);
        let uri = reply.json()["request_uri"].as_str().expect("a request_uri").to_owned();
        let parameters = [("client_id", self.registration.id), ("request_uri", &uri)];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Started { parameters, ..started.clone() }
    }

    /// Asks what the token is.
    pub async fn introspects(&self, token: &str) -> Reply {
        self.call("/introspect", &[], &[("token", token)]).await
    }

    /// What it is told of the token, in plain JSON.
    pub async fn introspection(&self, token: &str) -> Value {
        let reply = self.introspects(token).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/json"), "{}", reply.body);
        reply.json()
    }

    /// The value of an `Authorization` header that proves the portal.
    pub fn basic(&self) -> String {
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(self.registration.id), encoded(self.registration.secret));
        format!("Basic {}", STANDARD.encode(pair))
    }

    /// A new assertion of this portal's, addressed to the issuer.
    pub fn assertion(&self) -> Assertion {
        Assertion::new(self.registration.id, &self.issuer, self.clock.now())
    }

    /// The assertion, proven as the portal is registered.
    pub fn prove(&self, assertion: &Assertion) -> String {
        match self.registration.method {
            Method::SecretJwt => assertion.protected(self.registration.secret, MacAlgorithm::Hs256),
            _ => assertion.signed(self.registration.key()),
        }
    }

    pub(super) async fn call(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
        let url = format!("{}{path}", self.issuer);
        let mut form = form.to_vec();
        match self.registration.method {
            Method::Basic => {
                let basic = self.basic();
                return web::post(&url, &[headers, &[("authorization", &basic)]].concat(), &form).await;
            }
            Method::Post => form.push(("client_secret", self.registration.secret)),
            Method::SecretJwt | Method::KeyJwt => {
                let proof = self.prove(&self.assertion());
                form.extend(assertion::form(&proof));
                return web::post(&url, headers, &form).await;
            }
            Method::None => {}
        }
        if !form.iter().any(|(name, _)| *name == "client_id") {
            form.push(("client_id", self.registration.id));
        }
        web::post(&url, headers, &form).await
    }

    /// Asks who the bearer is.
    pub async fn userinfo(&self, access_token: &str) -> Reply {
        let bearer = format!("Bearer {access_token}");
        web::get(&format!("{}/userinfo", self.issuer), &[("authorization", &bearer)]).await
    }

    /// As [`Portal::userinfo`], with a new proof that the portal holds `key`.
    pub async fn userinfo_by(&self, key: &DpopKey, access_token: &str) -> Reply {
        let url = format!("{}/userinfo", self.issuer);
        let proof = key.proof("GET", &url, self.clock.now()).with("ath", dpop::ath(access_token)).signed(key.key());
        web::get(&url, &[("authorization", &format!("DPoP {access_token}")), ("dpop", &proof)]).await
    }

    /// The claims of userinfo, which are there.
    pub async fn claims(&self, access_token: &str) -> Value {
        let reply = self.userinfo(access_token).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// Proves an ID token as OpenID Connect Core §3.1.3.7 tells a portal to, with nothing but the published keys.
    pub async fn id_token(&self, tokens: &TokenAnswer) -> Value {
        self.proven(&tokens.id_token()).await
    }

    /// As [`Portal::id_token`], of one that came through the browser (§3.2.2.11, §3.3.2.12).
    pub async fn proven(&self, id_token: &str) -> Value {
        let claims = proof::claims(&self.issuer, id_token).await;
        assert_eq!(claims["iss"], self.issuer.as_str());
        assert_eq!(claims["aud"], self.registration.id);
        claims
    }

    /// How an answer came that is a token, and what that says: proven as JARM §2.4 tells a portal to.
    pub async fn jarm(&self, page: &Page) -> (Mode, BTreeMap<String, Value>) {
        let (mode, mut answer) = page.answered();
        let token = answer.remove("response").unwrap_or_else(|| panic!("no response: {answer:?}"));
        assert!(!["code", "error", "state", "iss"].iter().any(|name| answer.contains_key(*name)), "{answer:?}");
        (mode, self.jarm_claims(&token).await)
    }

    /// What such a token says, without what every one of them does.
    pub async fn jarm_claims(&self, token: &str) -> BTreeMap<String, Value> {
        let Value::Object(claims) = proof::claims(&self.issuer, token).await else { panic!("no object") };
        let mut claims: BTreeMap<_, _> = claims.into_iter().collect();
        assert_eq!(claims.remove("iss"), Some(self.issuer.as_str().into()));
        assert_eq!(claims.remove("aud"), Some(self.registration.id.into()));
        let left = claims.remove("exp").expect("an exp").as_i64().unwrap() - self.clock.now().seconds();
        assert!((1..=600).contains(&left), "good for {left} s");
        claims
    }

    /// Proves an access token with the published keys.
    pub async fn access_token(&self, tokens: &TokenAnswer) -> Value {
        proof::claims(&self.issuer, &tokens.access_token()).await
    }

    /// Where the portal sends someone to sign out.
    pub fn logout(&self, parameters: &[(&str, &str)]) -> String {
        format!("{}/logout?{}", self.issuer, encode(parameters))
    }
}

impl Started {
    /// The request with this parameter, in the place of another of its name.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// The request with this parameter, beside others of its name.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        if name == "state" {
            value.clone_into(&mut self.state);
        }
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(own, _)| own != name);
        self
    }

    #[must_use]
    pub fn without_pkce(self) -> Self {
        self.without("code_challenge").without("code_challenge_method")
    }

    pub fn url(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{}/authorize?{}", self.issuer, query.extend_pairs(&self.parameters).finish())
    }

    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }
}

impl From<Reply> for TokenAnswer {
    fn from(reply: Reply) -> Self {
        Self { status: reply.status, headers: reply.headers, body: reply.body }
    }
}

impl TokenAnswer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    pub fn access_token(&self) -> String {
        self.text("access_token")
    }

    pub fn refresh_token(&self) -> String {
        self.text("refresh_token")
    }

    pub fn id_token(&self) -> String {
        self.text("id_token")
    }

    pub fn scope(&self) -> String {
        self.text("scope")
    }

    fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name}: {} {}", self.status, self.body)).to_owned()
    }

    /// The error and its sentence, of an answer that has no token.
    pub fn refusal(&self) -> (String, String) {
        let json = self.json();
        assert!(json.get("access_token").is_none() && json.get("refresh_token").is_none(), "tokens after all");
        let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.body)).to_owned();
        (text("error"), text("error_description"))
    }

    /// The error, of an answer with this status.
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        self.refusal().0
    }
}
