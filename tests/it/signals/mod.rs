//! Security events to portals: the Shared Signals Framework 1.0, pushed (RFC 8935) and fetched (RFC 8936). Each is caused by the act
//! itself, and arrives at a real receiver.

mod events;
mod every_kind;
mod fetch;
mod push;
mod streams;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::outside::{Outside, Seen, status};
use crate::support::world::resources::for_itself;
use crate::support::world::web::{Reply, send};
use crate::support::world::{Portal, eventually, proof};

const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";
const SSF: &str = "https://schemas.openid.net/secevent/ssf/event-type/";

/// A portal with a token of its own, at the server's doors for streams.
struct Receiver {
    portal: Portal,
    token: String,
    issuer: String,
}

impl Receiver {
    /// `client` may look after its stream from now on.
    async fn of(world: &World, client: &str) -> Self {
        let operator = world.operator();
        operator
            .changes(client, |client| {
                for_itself(client);
                client.scopes = client.scopes.union(&"ssf.manage ssf.read".parse().unwrap());
            })
            .await;
        let portal = world.portal(client);
        let token = own_token(&portal, "ssf.manage").await;
        Self { portal, token, issuer: world.issuer.clone() }
    }

    /// As [`of`](Self::of), with a stream whose events are pushed to `office`.
    async fn pushed_to(world: &World, client: &str, office: &Outside) -> (Self, String) {
        let receiver = Self::of(world, client).await;
        let stream = receiver.opens(json!({ "delivery": push_to(office) })).await;
        (receiver, stream)
    }

    async fn opens(&self, body: Value) -> String {
        let reply = self.call(Method::POST, "/ssf/stream", Some(body)).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["stream_id"].as_str().unwrap().to_owned()
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.call_with(&self.token, method, path, body).await
    }

    async fn call_with(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
        let url = format!("{}{path}", self.issuer);
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        send(method, &url, &headers, body.map(|body| body.to_string()), "127.0.0.1".parse().unwrap()).await
    }

    async fn poll(&self, stream: &str, body: Value) -> Value {
        let reply = self.call(Method::POST, &format!("/ssf/poll/{stream}"), Some(body)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// The claims of what is there now, in the order in which it happened; nothing is acknowledged.
    async fn fetches(&self, stream: &str) -> Vec<Value> {
        let answer = self.poll(stream, json!({ "returnImmediately": true })).await;
        let mut claims = Vec::new();
        for token in answer["sets"].as_object().unwrap().values() {
            claims.push(self.proven(token.as_str().unwrap()).await);
        }
        claims
    }

    /// A token's claims, where it is signed by the server, and typed and addressed as it should be.
    async fn proven(&self, token: &str) -> Value {
        let header = proof::header(token);
        assert_eq!(header["typ"], "secevent+jwt");
        let claims = proof::claims(&self.issuer, token).await;
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(self.issuer), &json!(self.portal.id())));
        // RFC 8417 §2.2, SSF §4.1: neither could be taken for an ID token.
        assert!(claims.get("sub").is_none() && claims.get("exp").is_none() && claims.get("nonce").is_none());
        for needed in ["jti", "iat", "txn", "sub_id", "events"] {
            assert!(claims.get(needed).is_some(), "{needed}: {claims}");
        }
        assert_eq!(claims["events"].as_object().unwrap().len(), 1, "SSF §4.1.7: one event");
        claims
    }

    /// The claims of the events that came to `office`, in their order, once there are so many.
    async fn told(&self, office: &Outside, many: usize) -> Vec<Value> {
        eventually("the events arrive", async || office.requests() >= many).await;
        let mut claims = Vec::new();
        for seen in office.seen() {
            claims.push(self.proven(&seen.body).await);
        }
        assert_eq!(claims.len(), many, "{claims:?}");
        claims
    }
}

async fn own_token(portal: &Portal, scope: &str) -> String {
    let answer = portal.token(&[("grant_type", "client_credentials"), ("scope", scope)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.access_token()
}

fn push_to(office: &Outside) -> Value {
    json!({
        "method": "urn:ietf:rfc:8935",
        "endpoint_url": office.url("/events"),
        "authorization_header": "Bearer of-the-portal",
    })
}

/// A receiver that takes everything in.
fn office() -> Outside {
    Outside::http(|_| status(202))
}

fn header<'s>(seen: &'s Seen, name: &str) -> &'s str {
    seen.head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The type of a token's one event, and what stands under it.
fn event(claims: &Value) -> (String, Value) {
    let (kind, facts) = claims["events"].as_object().unwrap().iter().next().unwrap();
    (kind.clone(), facts.clone())
}

fn kinds(claims: &[Value]) -> Vec<String> {
    claims.iter().map(|claims| event(claims).0).collect()
}

/// Lets the servers do what they do by themselves.
async fn a_while(span: Duration) {
    let mut ticks = tokio::time::interval(span);
    ticks.tick().await;
    ticks.tick().await;
}
