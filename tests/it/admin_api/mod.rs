//! The Admin API, as programs of administrators call it: real tokens, by a real sign-in with a passkey, through a client that is held to
//! FAPI 2.0.

mod approvals;
mod auditing;
mod cursors;
mod document;
mod fuzzed;
mod idempotency;
mod mass_assignment;
mod matrix;
mod page;
mod streams;
mod tokens;
mod versions;

use std::net::Ipv4Addr;
use std::sync::Arc;

use http::Method;
use senid::domain::administration::{Area, Role};
use senid::domain::client::{Client, PolicyName};
use senid::domain::time::{Clock, ManualClock};
use senid::flows::admin_api::{resource_id, scope_of};
use senid::http::admin_api::operation::{Operation, Verb};
use serde_json::Value;

use crate::support::World;
use crate::support::world::dpop::ath;
use crate::support::world::staff::Staff;
use crate::support::world::{AN, BINH, Backend, Citizen, DpopKey, Reply, web};

const BASE: &str = "/admin/api/v1";

/// A world whose administrators are Bình, who is never asked anything, and whoever the test makes one.
async fn world() -> World {
    of(Backend::embedded().await).await
}

async fn of(backend: Backend) -> World {
    let world = World::with_passkeys(backend).await;
    world.grants(&BINH, Role::Administrator).await.unwrap();
    world.operator().changes("customs", program_of_administrators(&world.issuer)).await;
    world
}

/// What makes a client one that administrators' programs are.
fn program_of_administrators(issuer: &str) -> impl FnOnce(&mut Client) + use<> {
    let own = resource_id(issuer);
    move |client| {
        client.policy.set = PolicyName::fapi2();
        client.policy.bound_access_tokens.dpop = true;
        client.policy.pushed_requests_required = true;
        client.scopes = client.scopes.union(&every_area().parse().unwrap());
        client.resources.insert(own);
    }
}

fn every_area() -> String {
    Area::ALL.iter().map(|area| scope_of(*area)).collect::<Vec<_>>().join(" ")
}

/// Somebody's program, with a token and the key that it is bound to.
struct Program {
    issuer: String,
    key: DpopKey,
    token: String,
    clock: Arc<ManualClock>,
}

impl Program {
    /// Has the person allow it what it asks for.
    async fn of(world: &World, staff: &mut Staff, citizen: &Citizen, scope: &str) -> Self {
        let (portal, key) = (world.portal("customs"), DpopKey::new("an administrator's program"));
        let started = portal.start().with("scope", &format!("openid {scope}"));
        // Else the token were also for userinfo, and for whomever other scopes belong to (RFC 8707 section 3).
        let started = match scope.starts_with("senid.admin.") {
            true => started.with("resource", resource_id(&world.issuer).as_str()),
            false => started,
        };
        let pushed = portal.refer(&started, &portal.push_by(&key, &started).await);
        let page = staff.browser.open(&pushed.url()).await;
        let page = if page.has("#allow") { page } else { staff.proves(page).await };
        let page = if page.has("#allow") { citizen.allows(&mut staff.browser, &page).await } else { page };
        let tokens = portal.token_by(&key, &portal.code_form(&started, &page.code())).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let clock = world.clock.clone();
        Self { issuer: world.issuer.clone(), key, token: tokens.access_token(), clock }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        self.send_text(method, path, headers, body.map(Value::to_string)).await
    }

    async fn send_text(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Reply {
        let url = format!("{}{BASE}{path}", self.issuer);
        let at = url.split('?').next().unwrap();
        let proof = self.key.proof(method.as_str(), at, self.clock.now()).with("ath", ath(&self.token));
        let (authorization, proof) = (format!("DPoP {}", self.token), proof.signed(self.key.key()));
        let mut own = vec![("authorization", authorization.as_str()), ("dpop", &proof)];
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            own.push(("content-type", "application/json"));
        }
        web::send(method, &url, &[&own, headers].concat(), body, Ipv4Addr::LOCALHOST.into()).await
    }

    /// The token, and a proof for one request.
    fn token_and_proof(&self, method: &str, path: &str) -> (String, String) {
        let at = format!("{}{BASE}{path}", self.issuer);
        let proof = self.key.proof(method, &at, self.clock.now()).with("ath", ath(&self.token));
        (self.token.clone(), proof.signed(self.key.key()))
    }

    /// Calls an operation, with a body that says nothing where one is read.
    async fn tries(&self, operation: &Operation, path: &str) -> Reply {
        let body = operation.body.map(|_| "{}".to_owned());
        self.send_text(operation.verb.method(), path, &[], body).await
    }
}

/// Where the operation is, for this application and this citizen.
fn path(operation: &Operation, client: &str, citizen: &str) -> String {
    let mut path = operation.path.to_owned();
    for name in operation.path_parameters() {
        let value = match name {
            "client_id" => client,
            "citizen_id" => citizen,
            _ => "0190a3c2-0000-7000-8000-000000000000",
        };
        path = path.replace(&format!("{{{name}}}"), value);
    }
    path
}

/// An administrator, and their program that may do everything that they may.
async fn program(world: &World, roles: &[Role]) -> (Staff, Program) {
    let mut staff = world.staff(&AN, roles).await;
    let program = Program::of(world, &mut staff, &AN, &every_area()).await;
    (staff, program)
}

/// The reply is a problem of this kind.
#[track_caller]
fn is_problem(reply: &Reply, status: u16, kind: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/problem+json", "{}", reply.body);
    let document = reply.json();
    assert_eq!(document["status"], status);
    assert!(document["type"].as_str().unwrap().ends_with(&format!("/admin/api#{kind}")), "{document}");
}

/// Whether it is one that changes something.
fn is_write(operation: &Operation) -> bool {
    operation.verb != Verb::Get
}
