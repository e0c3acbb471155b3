//! A portal as the FAPI 2.0 plans play it, in each of their variants: it proves itself with an assertion or a certificate,
//! its tokens are bound to a DPoP key or to a certificate, it asks who signed in or for access alone, and where the plan is
//! Message Signing it signs its requests and takes nothing but signed answers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::SanType;
use ring::digest::{SHA256, digest};
use senid::domain::client::{
    CertificateSubject, Client, ClientAuthentication, ClientDisplay, ClientPolicy, Localised, PkcePolicy,
};
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Clock;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::certificates::{Authority, Shown, behind_a_proxy};
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::dpop::{self, DpopKey};
use crate::support::world::web::{self, Reply};
use crate::support::world::{AN, Assertion, Backend, Browser, Page, TokenAnswer, assertion, proof};

pub const ES256: SignatureAlgorithm = SignatureAlgorithm::Es256;

/// `client_auth_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    PrivateKeyJwt,
    Mtls,
}

/// `sender_constrain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    Dpop,
    Mtls,
}

/// `openid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    OpenIdConnect,
    PlainOauth,
}

/// `fapi_request_method` and `fapi_response_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    Plain,
    Signed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    pub proof: Proof,
    pub binding: Binding,
    pub speaks: Speaks,
    pub messages: Messages,
}

impl Variant {
    pub fn all() -> impl Iterator<Item = Self> {
        let each = (0..16).map(|bits| (bits & 1 == 0, bits & 2 == 0, bits & 4 == 0, bits & 8 == 0));
        each.map(|(assertion, dpop, openid, plain)| Self {
            proof: if assertion { Proof::PrivateKeyJwt } else { Proof::Mtls },
            binding: if dpop { Binding::Dpop } else { Binding::Mtls },
            speaks: if openid { Speaks::OpenIdConnect } else { Speaks::PlainOauth },
            messages: if plain { Messages::Plain } else { Messages::Signed },
        })
    }

    /// Both ways to write a request and its answer, of a client with a key of its own and OpenID.
    pub fn of_messages() -> impl Iterator<Item = Self> {
        Self::all().filter(|variant| {
            (variant.proof, variant.binding, variant.speaks)
                == (Proof::PrivateKeyJwt, Binding::Dpop, Speaks::OpenIdConnect)
        })
    }

    /// Both proofs and both bindings, with messages that nobody signs.
    pub fn of_security() -> impl Iterator<Item = Self> {
        Self::all().filter(|variant| (variant.speaks, variant.messages) == (Speaks::OpenIdConnect, Messages::Plain))
    }

    /// The one whose requests are signed, for modules about request objects.
    pub const SIGNED: Self = Self {
        proof: Proof::PrivateKeyJwt,
        binding: Binding::Dpop,
        speaks: Speaks::OpenIdConnect,
        messages: Messages::Signed,
    };

    pub const PLAIN: Self = Self { messages: Messages::Plain, ..Self::SIGNED };
}

/// A deployment behind a proxy that passes certificates on, and the authority that clients have theirs from.
pub struct House {
    pub world: World,
    authority: Authority,
}

impl House {
    pub async fn on(backend: Backend) -> Self {
        let authority = Authority::new("Authority of clients");
        let world = World::start(backend, |settings| behind_a_proxy(settings, &[&authority])).await;
        Self { world, authority }
    }

    /// Registers a portal of this variant, which has a name of its own.
    pub async fn portal(&self, variant: Variant) -> FapiPortal<'_> {
        FapiPortal::register(&self.world, &self.authority, variant).await
    }
}

/// Stamps each module for the embedded backend and the production one.
macro_rules! fapi_modules {
    ($($(#[$attribute:meta])* async fn $name:ident($house:ident: House) $body:block)*) => {
        $($(#[$attribute])* async fn $name($house: &$crate::conformance::fapi_portal::House) $body)*

        mod embedded {
            use $crate::support::world::Backend;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&$crate::conformance::fapi_portal::House::on(Backend::embedded().await).await).await;
            })*
        }

        mod production {
            use $crate::support::world::Backend;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&$crate::conformance::fapi_portal::House::on(Backend::production().await).await).await;
            })*
        }
    };
}
pub(super) use fapi_modules;

/// A registered client of the suite's.
pub struct FapiPortal<'w> {
    pub world: &'w World,
    pub variant: Variant,
    pub id: String,
    pub redirect_uri: String,
    pub keys: OwnKeys,
    pub dpop: DpopKey,
    pub certificate: Shown,
}

/// An authorization request, and what the portal remembers of it.
#[derive(Clone, Debug)]
pub struct Request {
    pub verifier: String,
    parameters: Vec<(String, String)>,
    /// What its object says beside the parameters, where it is signed.
    pub claims: Value,
}

impl Request {
    pub fn get(&self, name: &str) -> &str {
        self.parameters.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let mut request = self.without(name);
        request.parameters.push((name.to_owned(), value.to_owned()));
        request
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(own, _)| own != name);
        self
    }

    /// With another claim in the object; `null` takes it away.
    #[must_use]
    pub fn claiming(mut self, name: &str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Null => self.claims.as_object_mut().unwrap().remove(name),
            value => self.claims.as_object_mut().unwrap().insert(name.to_owned(), value),
        };
        self
    }

    /// Everything that its object says.
    pub fn object(&self) -> Value {
        let mut object = self.claims.clone();
        for (name, value) in &self.parameters {
            object[name] = value.as_str().into();
        }
        object
    }

    pub fn form(&self) -> Vec<(&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// What came of a flow.
pub struct Outcome {
    pub request: Request,
    pub answer: BTreeMap<String, String>,
    pub tokens: TokenAnswer,
}

impl<'w> FapiPortal<'w> {
    async fn register(world: &'w World, authority: &Authority, variant: Variant) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let id = format!("fapi-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let host = format!("{id}.example");
        let certificate = authority
            .issues_with(|params| params.subject_alt_names = vec![SanType::DnsName(host.as_str().try_into().unwrap())]);
        let keys = OwnKeys::quick();
        let authentication = match variant.proof {
            Proof::PrivateKeyJwt => ClientAuthentication::PrivateKeyJwt { algorithm: None },
            Proof::Mtls => ClientAuthentication::TlsClientAuth { subject: CertificateSubject::Dns(host.clone()) },
        };
        let policy = match variant.messages {
            Messages::Plain => "fapi2",
            Messages::Signed => "fapi2-message-signing",
        };
        let redirect_uri = format!("https://{host}/callback");
        let scopes = match variant.speaks {
            Speaks::OpenIdConnect => "openid profile email phone address offline_access",
            Speaks::PlainOauth => "profile offline_access",
        };
        let mut client = Client {
            display: ClientDisplay { name: Localised::plain(&id), ..ClientDisplay::default() },
            keys: keys.given(),
            redirect_uris: vec![redirect_uri.clone(), format!("{redirect_uri}?dummy1=lorem&dummy2=ipsum")],
            scopes: scopes.parse().unwrap(),
            policy: ClientPolicy {
                set: policy.parse().unwrap(),
                pkce: PkcePolicy::Required,
                ..ClientPolicy::default()
            },
            ..Client::new(id.parse().unwrap(), authentication, world.clock.now())
        };
        client.policy.bound_access_tokens.dpop = variant.binding == Binding::Dpop;
        client.policy.bound_access_tokens.certificate = variant.binding == Binding::Mtls;
        world.operator().registers(&client).await;
        let dpop = DpopKey::new(&id);
        Self { world, variant, id, redirect_uri, keys, dpop, certificate }
    }

    pub fn is_openid(&self) -> bool {
        self.variant.speaks == Speaks::OpenIdConnect
    }

    /// The request that the suite makes where a module asks for nothing else.
    pub fn request(&self) -> Request {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let verifier = format!("{number:-<43}");
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let scope = if self.is_openid() { "openid profile offline_access" } else { "profile offline_access" };
        let now = self.world.clock.now().seconds();
        let claims = json!({ "iss": self.id, "aud": self.world.issuer, "nbf": now, "iat": now, "exp": now + 300 });
        let request = Request { verifier, parameters: Vec::new(), claims }
            .with("client_id", &self.id)
            .with("redirect_uri", &self.redirect_uri)
            .with("response_type", "code")
            .with("scope", scope)
            .with("state", &format!("state-{number}"))
            .with("code_challenge", &challenge)
            .with("code_challenge_method", "S256");
        let request = match self.is_openid() {
            true => request.with("nonce", &format!("nonce-{number}")),
            false => request,
        };
        match self.variant.messages {
            Messages::Plain => request,
            Messages::Signed => request.with("response_mode", "jwt"),
        }
    }

    /// Pushes the request, signed where the plan says so.
    pub async fn push(&self, request: &Request) -> Reply {
        match self.variant.messages {
            Messages::Plain => self.call("/par", &[], &request.form()).await,
            Messages::Signed => self.push_object(&self.sign(&request.object())).await,
        }
    }

    pub async fn push_object(&self, object: &str) -> Reply {
        self.call("/par", &[], &[("request", object)]).await
    }

    /// A request object that says this.
    pub fn sign(&self, claims: &Value) -> String {
        self.keys.sign(ES256, Some("oauth-authz-req+jwt"), claims)
    }

    /// A call of this portal's, proven as it is registered.
    pub async fn call(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
        match self.variant.proof {
            Proof::PrivateKeyJwt => {
                let assertion = self.prove(&self.assertion());
                self.send(path, headers, &[form, &assertion::form(&assertion)].concat()).await
            }
            Proof::Mtls if form.iter().any(|(name, _)| *name == "client_id") => self.send(path, headers, form).await,
            Proof::Mtls => self.send(path, headers, &[form, &[("client_id", &self.id)]].concat()).await,
        }
    }

    /// As it goes over the connection, with the certificate that the portal shows there.
    pub async fn send(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
        let certificate = self.certificate.header();
        let shown = (self.shows_certificate()).then_some(("client-cert", certificate.as_str()));
        let headers: Vec<_> = headers.iter().copied().chain(shown).collect();
        web::post(&self.world.at(path), &headers, form).await
    }

    fn shows_certificate(&self) -> bool {
        self.variant.proof == Proof::Mtls || self.variant.binding == Binding::Mtls
    }

    /// A new assertion, addressed to the issuer.
    pub fn assertion(&self) -> Assertion {
        Assertion::new(&self.id, &self.world.issuer, self.world.clock.now())
    }

    pub fn prove(&self, assertion: &Assertion) -> String {
        self.keys.sign(ES256, None, assertion.claims())
    }

    /// Where a browser is sent once the request was pushed: with its reference and nothing more.
    pub fn address(&self, pushed: &Reply) -> String {
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        assert_eq!(pushed.header("cache-control"), "no-store");
        let told = pushed.json();
        assert!(told["expires_in"].as_u64().unwrap() >= 5);
        let query = [("client_id", self.id.as_str()), ("request_uri", told["request_uri"].as_str().unwrap())];
        self.world.at(&format!("/authorize?{}", web::encode(&query)))
    }

    /// Pushes the request, and walks someone through what it begins.
    pub async fn walk(&self, browser: &mut Browser, request: &Request) -> Page {
        let address = self.address(&self.push(request).await);
        let page = browser.open(&address).await;
        AN.goes_through(browser, page).await
    }

    /// What the portal was answered, proven where it is a token; it is always said by whom.
    pub async fn answer(&self, page: &Page) -> BTreeMap<String, String> {
        let mut answer = page.answer();
        if self.variant.messages == Messages::Signed {
            let token = answer.remove("response").unwrap_or_else(|| panic!("no response: {answer:?}"));
            answer.retain(|name, _| !name.starts_with("dummy"));
            assert!(answer.is_empty(), "beside the token: {answer:?}");
            let Value::Object(claims) = proof::claims(&self.world.issuer, &token).await else { panic!("no object") };
            assert_eq!(claims["aud"], self.id.as_str());
            let left = claims["exp"].as_i64().unwrap() - self.world.clock.now().seconds();
            assert!((10..=600).contains(&left), "good for {left} s");
            let texts = claims.into_iter().filter(|(name, _)| !["aud", "exp"].contains(&name.as_str()));
            answer = texts.map(|(name, value)| (name, value.as_str().expect("a text").to_owned())).collect();
        }
        assert_eq!(answer.remove("iss").as_ref(), Some(&self.world.issuer));
        answer
    }

    /// The form that exchanges the code.
    pub fn code_form<'f>(&'f self, request: &'f Request, code: &'f str) -> Vec<(&'f str, &'f str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", request.get("redirect_uri")),
            ("code_verifier", &request.verifier),
        ]
    }

    pub async fn redeem(&self, request: &Request, code: &str) -> TokenAnswer {
        self.token(&self.code_form(request, code)).await
    }

    /// A token request with a proof of the key that the tokens are bound to.
    pub async fn token(&self, form: &[(&str, &str)]) -> TokenAnswer {
        let proof = self.dpop_for("POST", "/token");
        let headers: Vec<_> = proof.iter().map(|proof| ("dpop", proof.as_str())).collect();
        self.call("/token", &headers, form).await.into()
    }

    pub async fn refresh(&self, refresh_token: &str) -> TokenAnswer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// A new proof that the portal holds its key, where that is what binds its tokens.
    pub fn dpop_for(&self, method: &str, path: &str) -> Option<String> {
        let prove = || self.dpop.prove(method, &self.world.at(path), self.world.clock.now());
        (self.variant.binding == Binding::Dpop).then(prove)
    }

    /// Asks for a resource of the citizen's: their claims.
    pub async fn userinfo(&self, access_token: &str) -> Reply {
        let scheme = if self.variant.binding == Binding::Dpop { "DPoP" } else { "Bearer" };
        self.userinfo_as(scheme, access_token).await
    }

    /// As [`Self::userinfo`], with the scheme written so.
    pub async fn userinfo_as(&self, scheme: &str, access_token: &str) -> Reply {
        let url = self.world.at("/userinfo");
        let authorization = format!("{scheme} {access_token}");
        let mut headers = vec![("authorization", authorization)];
        match self.variant.binding {
            Binding::Dpop => {
                let proof = self.dpop.proof("GET", &url, self.world.clock.now());
                headers.push(("dpop", proof.with("ath", dpop::ath(access_token)).signed(self.dpop.key())));
            }
            Binding::Mtls => headers.push(("client-cert", self.certificate.header())),
        }
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        web::get(&url, &headers).await
    }

    /// The whole flow, up to the resource.
    pub async fn flow(&self) -> Outcome {
        self.flow_of(self.request()).await
    }

    pub async fn flow_of(&self, request: Request) -> Outcome {
        let mut browser = self.world.browser();
        let page = self.walk(&mut browser, &request).await;
        let answer = self.answer(&page).await;
        let code = answer.get("code").unwrap_or_else(|| panic!("no code: {answer:?}"));
        assert_eq!(answer.get("state").map_or("", String::as_str), request.get("state"));
        let tokens = self.redeem(&request, code).await;
        self.check(&request, &tokens).await;
        Outcome { request, answer, tokens }
    }

    /// Holds tokens against what was asked for, and tries them.
    pub async fn check(&self, request: &Request, tokens: &TokenAnswer) {
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let told = tokens.json();
        let token_type = if self.variant.binding == Binding::Dpop { "DPoP" } else { "Bearer" };
        assert_eq!(told["token_type"], token_type);
        assert!(told["expires_in"].as_u64().is_some_and(|seconds| seconds > 0));
        let access_token = proof::claims(&self.world.issuer, &tokens.access_token()).await;
        let (member, thumbprint) = match self.variant.binding {
            Binding::Dpop => ("jkt", self.dpop.jkt()),
            Binding::Mtls => ("x5t#S256", self.certificate.thumbprint()),
        };
        assert_eq!(access_token["cnf"], json!({ member: thumbprint }), "it is bound to the key and to nothing else");
        let resource = self.userinfo(&tokens.access_token()).await;
        assert!(resource.headers.contains_key("date"));
        if !self.is_openid() {
            assert_eq!(told.get("id_token"), None);
            assert_eq!(resource.status, 403, "the token is good, and says nothing of who signed in: {}", resource.body);
            return;
        }
        let id_token = proof::claims(&self.world.issuer, &tokens.id_token()).await;
        assert_eq!((&id_token["iss"], &id_token["aud"]), (&json!(self.world.issuer), &json!(self.id)));
        assert_eq!(id_token.get("nonce").and_then(Value::as_str).unwrap_or_default(), request.get("nonce"));
        assert!(["PS256", "ES256", "EdDSA"].contains(&proof::header(&tokens.id_token())["alg"].as_str().unwrap()));
        assert_eq!(resource.status, 200, "{}", resource.body);
        assert_eq!(resource.json()["sub"], id_token["sub"]);
    }
}

/// What the pushed request endpoint refused, with the status that RFC 9126 §2.3 gives it.
pub fn refused(reply: &Reply) -> String {
    let json = reply.json();
    let (error, sentence) = (json["error"].as_str().unwrap(), json["error_description"].as_str().unwrap());
    assert_eq!(reply.status, if error == "invalid_client" { 401 } else { 400 }, "{}", reply.body);
    assert!(json.get("request_uri").is_none() && !sentence.contains(['"', '\\', '\r', '\n', '\t']));
    error.to_owned()
}
