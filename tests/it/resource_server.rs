//! The example of an API that takes SenID's access tokens (`examples/resource_server.rs`), run as the program that it is: what
//! it takes, and what it tells those whom it sends away.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::Method;
use senid::app::SystemClock;
use senid::domain::resource::{AccessTokenFormat, ResourceServer};
use senid::domain::time::Clock;
use serde_json::json;

use crate::support::world::certificates::{Authority, Shown, behind_a_proxy};
use crate::support::world::dpop::ath;
use crate::support::world::resources::{for_itself, registered_for, server};
use crate::support::world::web::{self, Reply};
use crate::support::world::{AN, Assertion, Backend, Browser, DpopKey, Portal, eventually};
use crate::support::{World, free_port};

const SCOPE: &str = "records.read records.write";
/// How long the world's clock is behind the machine's.
const BEHIND: Duration = Duration::from_secs(300);

/// The running program, which does not outlive its test.
struct Api {
    program: Child,
    /// Its address, which tokens for it name.
    resource: &'static str,
}

impl Drop for Api {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// `cargo test` builds the examples beside the tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().and_then(|deps| deps.parent()).unwrap().join("examples/resource_server");
    assert!(path.exists(), "{} is not built: cargo build --example resource_server", path.display());
    path
}

/// A world by the clock of the machine, an API in it, and a portal that may ask for tokens for it.
async fn open(format: AccessTokenFormat) -> (World, Api, Portal) {
    let backend = Backend::embedded_since(SystemClock.now() - BEHIND).await;
    let world = World::start(backend, |settings| behind_a_proxy(settings, &[&Authority::new("Nobody's")])).await;
    let address = format!("127.0.0.1:{}", free_port());
    let resource: &'static str = format!("http://{address}").leak();
    let registered = ResourceServer {
        introspected_by: ["archive".parse().unwrap()].into(),
        token_format: format,
        ..server(resource, SCOPE)
    };
    let operator = world.operator();
    operator.opens(&registered).await;
    operator.changes("customs", registered_for(resource, SCOPE)).await;
    operator.changes("customs", for_itself).await;
    let asking = world.portal("archive").registration;
    let program = Command::new(program())
        .env_clear()
        .envs([("ISSUER", world.issuer.as_str()), ("RESOURCE", resource), ("LISTEN", &address), ("PROXY", "127.0.0.1")])
        .envs([("CLIENT_ID", asking.id), ("CLIENT_SECRET", asking.secret)])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let api = Api { program, resource };
    eventually("the API listens", async || tokio::net::TcpStream::connect(&address).await.is_ok()).await;
    let portal = world.portal("customs");
    (world, api, portal)
}

impl Api {
    async fn call(&self, method: Method, headers: &[(&str, &str)]) -> Reply {
        let url = format!("{}/records", self.resource);
        web::send(method, &url, headers, None, std::net::Ipv4Addr::LOCALHOST.into()).await
    }

    async fn bear(&self, token: &str) -> Reply {
        self.call(Method::GET, &[("authorization", &format!("Bearer {token}"))]).await
    }

    /// A proof for it, by the machine's clock.
    fn proof(&self, key: &DpopKey, method: &str, token: &str) -> Assertion {
        key.proof(method, &format!("{}/records", self.resource), SystemClock.now()).with("ath", ath(token))
    }

    async fn prove(&self, method: Method, token: &str, proof: &str) -> Reply {
        self.call(method, &[("authorization", &format!("DPoP {token}")), ("dpop", proof)]).await
    }
}

/// The citizen's token for `resource`, bound to `key`; a challenge's parameters are passed on.
async fn token(world: &World, browser: &mut Browser, portal: &Portal, key: &DpopKey, asked: &[(&str, &str)]) -> String {
    let started = asked.iter().fold(portal.start(), |started, (name, value)| started.with(name, value));
    let page = browser.open(&started.url()).await;
    let page = if page.has("form") { AN.goes_through(browser, page).await } else { page };
    let tokens = portal.token_by(key, &portal.code_form(&started, &page.code())).await;
    assert_eq!(tokens.status, 200, "{} at {}", tokens.body, world.issuer);
    tokens.access_token()
}

fn challenges(reply: &Reply) -> Vec<&str> {
    reply.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect()
}

#[track_caller]
fn is_refused(reply: &Reply, status: u16, told: &str) {
    let [dpop, bearer] = challenges(reply)[..] else { panic!("{:?}", reply.headers) };
    assert_eq!(reply.status, status, "{dpop}");
    assert!(
        dpop.starts_with(&format!("DPoP {told}")) && bearer.starts_with(&format!("Bearer {told}")),
        "{dpop} {bearer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_no_token_is_told_where_to_get_one_and_does() {
    let (world, api, portal) = open(AccessTokenFormat::Jwt).await;
    let sent_away = api.call(Method::GET, &[]).await;
    let metadata = format!("{}/.well-known/oauth-protected-resource", api.resource);
    is_refused(&sent_away, 401, &format!("realm=\"records\", resource_metadata=\"{metadata}\""));
    let about = web::get(&metadata, &[]).await.json();
    assert_eq!((&about["resource"], &about["authorization_servers"]), (&json!(api.resource), &json!([world.issuer])));
    let (key, mut browser) = (DpopKey::new("customs' program"), world.browser());
    let token = token(&world, &mut browser, &portal, &key, &[("scope", "openid records.read")]).await;
    let answered = api.prove(Method::GET, &token, &api.proof(&key, "GET", &token).signed(key.key())).await;
    assert_eq!(answered.status, 200, "{:?}", answered.headers);
    assert!(answered.json()["records_of"].is_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_every_form_are_taken_and_no_others() {
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let (world, api, portal) = open(format).await;
        let form = [("grant_type", "client_credentials"), ("scope", "records.read")];
        let token = portal.token(&form).await.access_token();
        assert_eq!(token.starts_with("senid_at_"), format == AccessTokenFormat::Opaque);
        assert_eq!(api.bear(&token).await.status, 200, "{format:?}");
        // SenID's key is known by now; another, after a rotation, is looked for.
        world.operator().rotates_keys().await;
        let rotated = portal.token(&form).await.access_token();
        eventually("the API has the new key", async || api.bear(&rotated).await.status == 200).await;
        let other =
            portal.token(&[("grant_type", "client_credentials"), ("scope", "records.write")]).await.access_token();
        is_refused(&api.bear(&other).await, 403, "error=\"insufficient_scope\", scope=\"records.read\"");
        // For somebody else, forged, or no access token at all.
        let (_, elsewhere) = world.signed_in(&world.portal("tax-office"), &AN).await;
        let altered = format!("{}AAAA", &token[..token.len() - 4]);
        for wrong in [&elsewhere.access_token(), &elsewhere.id_token(), &altered, "x", "a.b.c"] {
            is_refused(&api.bear(wrong).await, 401, "error=\"invalid_token\"");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_bound_to_a_key_is_good_with_a_proof_that_nobody_has_used() {
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let (_world, api, portal) = open(format).await;
        let (key, other) = (DpopKey::new("customs' program"), DpopKey::new("a thief's"));
        let form = [("grant_type", "client_credentials"), ("scope", "records.read")];
        let token = portal.token_by(&key, &form).await.access_token();
        let proof = || api.proof(&key, "GET", &token);
        let good = proof().signed(key.key());
        assert_eq!(api.prove(Method::GET, &token, &good).await.status, 200, "{format:?}");
        let now = SystemClock.now().seconds();
        let mut private = key.jwk();
        private["d"] = "AAAA".into();
        for (what, proof) in [
            ("used", good),
            ("another key's", api.proof(&other, "GET", &token).signed(other.key())),
            ("another key's signature", proof().signed(other.key())),
            ("a private key", proof().headed("jwk", private).signed(key.key())),
            ("another kind", proof().headed("typ", "JWT").signed(key.key())),
            ("another method", proof().with("htm", "POST").signed(key.key())),
            ("another address", proof().with("htu", format!("{}/others", api.resource)).signed(key.key())),
            ("another token", proof().with("ath", ath("another")).signed(key.key())),
            ("no token", proof().with("ath", serde_json::Value::Null).signed(key.key())),
            ("old", proof().with("iat", now - 61).signed(key.key())),
            ("to come", proof().with("iat", now + 90).signed(key.key())),
            ("nothing", String::new()),
        ] {
            let reply = api.prove(Method::GET, &token, &proof).await;
            assert_eq!(reply.status, 401, "{what}");
            is_refused(&reply, 401, "error=\"invalid_dpop_proof\"");
        }
        is_refused(&api.bear(&token).await, 401, "error=\"invalid_token\"");
        let unbound = portal.token(&form).await.access_token();
        let reply = api.prove(Method::GET, &unbound, &api.proof(&key, "GET", &unbound).signed(key.key())).await;
        is_refused(&reply, 401, "error=\"invalid_token\"");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_bound_to_a_certificate_is_good_with_the_one_that_the_proxy_saw() {
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let (world, api, portal) = open(format).await;
        world.operator().changes("customs", |client| client.policy.bound_access_tokens.certificate = true).await;
        let (own, other) = (Shown::self_signed(), Shown::self_signed());
        let form = [("grant_type", "client_credentials"), ("scope", "records.read")];
        let answer = portal.token_with(&[("client-cert", &own.header())], &form).await;
        let token = answer.access_token();
        let bearer = format!("Bearer {token}");
        let shown = async |shown: &Shown| {
            api.call(Method::GET, &[("authorization", &bearer), ("client-cert", &shown.header())]).await
        };
        assert_eq!(shown(&own).await.status, 200, "{format:?}");
        is_refused(&shown(&other).await, 401, "error=\"invalid_token\"");
        is_refused(&api.bear(&token).await, 401, "error=\"invalid_token\"");
        // Of whoever is no proxy, no header is believed.
        let url = format!("{}/records", api.resource);
        let headers = [("authorization", bearer.as_str()), ("client-cert", &own.header())];
        let elsewhere = web::send(Method::GET, &url, &headers, None, "127.0.0.9".parse().unwrap()).await;
        is_refused(&elsewhere, 401, "error=\"invalid_token\"");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_for_a_fresher_sign_in_leads_to_a_token_that_will_do() {
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let (world, api, portal) = open(format).await;
        let (key, mut browser) = (DpopKey::new("customs' program"), world.browser());
        let old = token(&world, &mut browser, &portal, &key, &[("scope", "openid records.write")]).await;
        let proof = |token: &str| api.proof(&key, "POST", token).signed(key.key());
        let refused = api.prove(Method::POST, &old, &proof(&old)).await;
        let told = "error=\"insufficient_user_authentication\", acr_values=\"urn:senid:aal:1\", max_age=\"120\"";
        is_refused(&refused, 401, told);
        // The portal asks for just that; whoever signed in five minutes ago is asked again (RFC 9470 section 4).
        world.wait(BEHIND);
        let asked = [("scope", "openid records.write"), ("acr_values", "urn:senid:aal:1"), ("max_age", "120")];
        let fresh = token(&world, &mut browser, &portal, &key, &asked).await;
        let reply = api.prove(Method::POST, &fresh, &proof(&fresh)).await;
        assert_eq!(reply.status, 201, "{:?}", reply.headers);
        assert!(reply.json()["added_for"].is_string());
    }
}

#[test]
fn it_is_short_enough_to_be_copied_and_has_nothing_of_senid_s_own() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/resource_server.rs")).unwrap();
    assert!(text.lines().count() < 150, "{} lines", text.lines().count());
    assert!(!text.contains("senid::") && !text.contains("use senid"));
}
