//! Clients that register themselves: RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration 1.0.

mod admission;
mod elsewhere;
mod faults;
mod first;
mod manage;
mod pages;
mod policies;
mod statements;

use http::Method;
use senid::config::{RegistrationMode, Settings};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::clients::{self, registration};
use crate::support::world::web::{self, Reply};
use crate::support::world::{Backend, Portal};

/// Anyone may register.
pub fn open(settings: &mut Settings) {
    settings.registration.mode = RegistrationMode::Open;
    settings.registration.throttle.most = 10_000;
    settings.outbound.allow_loopback = true;
}

/// Whoever has an initial access token may.
pub fn gated(settings: &mut Settings) {
    open(settings);
    settings.registration.mode = RegistrationMode::Token;
}

pub async fn open_world() -> World {
    World::embedded_with(open).await
}

/// Stamps each test for both backends, where anyone may register.
macro_rules! on_every_open_backend {
    ($($(#[$attribute:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {
        $($(#[$attribute])* async fn $name($world: $crate::support::World) $body)*

        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::super::open_world().await).await;
            })*
        }

        mod production {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::super::open_production().await).await;
            })*
        }
    };
}
pub(crate) use on_every_open_backend;

pub async fn open_production() -> World {
    World::start(Backend::production().await, open).await
}

/// The least that a portal says.
pub fn portal() -> Value {
    json!({ "client_name": "Portal", "redirect_uris": ["https://portal.example/callback"] })
}

/// The same with other or further members.
pub fn portal_with(members: Value) -> Value {
    let mut all = portal();
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    all
}

pub async fn register(world: &World, metadata: &Value) -> Reply {
    send(world, Method::POST, "/register", None, Some(metadata.to_string())).await
}

/// Registers, which works.
pub async fn registered(world: &World, metadata: &Value) -> Value {
    let answer = register(world, metadata).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

/// Any request of a developer's.
pub async fn send(world: &World, method: Method, path: &str, token: Option<&str>, body: Option<String>) -> Reply {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    web::send(method, &world.at(path), &headers, body, [127, 0, 0, 1].into()).await
}

/// What a client has been told about itself.
pub fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap_or_else(|| panic!("no {member}: {answer}"))
}

pub async fn manage(world: &World, method: Method, answer: &Value, body: Option<&Value>) -> Reply {
    let path = format!("/register/{}", text(answer, "client_id"));
    let token = text(answer, "registration_access_token");
    send(world, method, &path, Some(token), body.map(Value::to_string)).await
}

/// What an update sends: the metadata with the client's id.
pub fn update_of(answer: &Value, metadata: &Value) -> Value {
    let mut body = metadata.clone();
    body["client_id"] = answer["client_id"].clone();
    body
}

/// The error and its description.
pub fn refusal(answer: &Reply) -> (u16, String, String) {
    let body = answer.json();
    assert!(body.get("client_id").is_none(), "{body}");
    (answer.status.as_u16(), text(&body, "error").to_owned(), text(&body, "error_description").to_owned())
}

/// The portal that was registered, for signing in.
pub fn as_portal(world: &World, answer: &Value) -> Portal {
    let leak = |text: &str| -> &'static str { text.to_owned().leak() };
    let method = match text(answer, "token_endpoint_auth_method") {
        "client_secret_basic" => clients::Method::Basic,
        "client_secret_post" => clients::Method::Post,
        _ => clients::Method::None,
    };
    let mut registration = registration("tax-office");
    registration.id = leak(text(answer, "client_id"));
    registration.secret = answer["client_secret"].as_str().map_or("", leak);
    registration.method = method;
    registration.redirect_uri = leak(answer["redirect_uris"][0].as_str().unwrap());
    registration.scope = leak(text(answer, "scope"));
    Portal::new(&world.issuer, registration, world.clock.clone())
}
