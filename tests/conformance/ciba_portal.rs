//! A portal as the FAPI-CIBA plan plays it, in each of its variants: it proves itself with an assertion or a certificate, its
//! tokens are bound to that certificate, its requests are signed, and it polls or is told.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use senid::domain::client::{
    BackChannelAuthentication, BackChannelDelivery, ClientAuthentication, GrantType, PolicyName,
};
use senid::domain::time::Clock;
use serde_json::{Value, json};

use super::fapi_portal::{Binding, ES256, FapiPortal, House, Messages, Proof, Speaks, Variant};
use crate::support::outside::{Outside, Seen, status};
use crate::support::world::web::Reply;
use crate::support::world::{AN, TokenAnswer, assertion, eventually, proof};

/// `ciba_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Poll,
    Ping,
}

pub const MODES: [Mode; 2] = [Mode::Poll, Mode::Ping];

/// `client_auth_type` and `ciba_mode`.
pub fn variants() -> impl Iterator<Item = (Proof, Mode)> {
    [Proof::PrivateKeyJwt, Proof::Mtls].into_iter().flat_map(|proof| MODES.map(|mode| (proof, mode)))
}

pub struct CibaPortal<'w> {
    pub fapi: FapiPortal<'w>,
    pub mode: Mode,
    pub office: Outside,
}

impl<'w> CibaPortal<'w> {
    pub async fn of(house: &'w House, proof: Proof, mode: Mode) -> Self {
        let variant =
            Variant { proof, binding: Binding::Mtls, speaks: Speaks::OpenIdConnect, messages: Messages::Plain };
        let fapi = house.portal(variant).await;
        let office = Outside::http(|_| status(204));
        let delivery = match mode {
            Mode::Poll => BackChannelDelivery::Poll,
            Mode::Ping => {
                BackChannelDelivery::Ping { notification_endpoint: office.url("/ciba-notification-endpoint") }
            }
        };
        let change = |client: &mut senid::domain::client::Client| {
            client.grant_types.insert(GrantType::Ciba);
            client.backchannel_authentication = Some(BackChannelAuthentication { delivery, algorithm: Some(ES256) });
            // FAPI-CIBA is built on FAPI 1.0: an assertion may name the endpoint that it comes to.
            client.policy.set = PolicyName::baseline();
            if proof == Proof::PrivateKeyJwt {
                client.authentication = ClientAuthentication::PrivateKeyJwt { algorithm: Some(ES256) };
            }
        };
        house.world.operator().changes(&fapi.id, change).await;
        Self { fapi, mode, office }
    }

    /// What the suite asks where a module asks for nothing else.
    pub fn request(&self) -> Value {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let now = self.fapi.world.clock.now().seconds();
        let mut request = json!({
            "iss": self.fapi.id, "aud": self.fapi.world.issuer, "iat": now, "nbf": now, "exp": now + 300,
            "jti": format!("request-{}", COUNT.fetch_add(1, Ordering::Relaxed)),
            "scope": "openid profile offline_access", "login_hint": AN.identifier, "binding_message": "1234",
        });
        if self.mode == Mode::Ping {
            request["client_notification_token"] = self.notification_token().into();
        }
        request
    }

    pub fn notification_token(&self) -> String {
        format!("{:A<27}=", self.fapi.id)
    }

    pub fn sign(&self, request: &Value) -> String {
        self.fapi.keys.sign(ES256, None, request)
    }

    pub async fn ask(&self, request: &Value) -> Reply {
        self.ask_with(&self.sign(request), &self.fapi.world.at("/bc-authorize")).await
    }

    /// Sends this signed request, with an assertion for `audience` where the portal has assertions.
    pub async fn ask_with(&self, request: &str, audience: &str) -> Reply {
        let form = [("request", request)];
        match self.fapi.variant.proof {
            Proof::PrivateKeyJwt => {
                let assertion = self.fapi.prove(&self.fapi.assertion().with("aud", audience));
                self.fapi.send("/bc-authorize", &[], &[&form[..], &assertion::form(&assertion)].concat()).await
            }
            Proof::Mtls => self.fapi.call("/bc-authorize", &[], &form).await,
        }
    }

    /// Asks, and holds the acknowledgement against §7.3.
    pub async fn acknowledged(&self, request: &Value) -> String {
        acknowledgement(&self.ask(request).await)
    }

    pub async fn comes_for(&self, id: &str) -> TokenAnswer {
        self.fapi.token(&[("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", id)]).await
    }

    pub async fn is_pending(&self, id: &str) {
        let error = self.comes_for(id).await.refused(400);
        assert!(["authorization_pending", "slow_down"].contains(&error.as_str()), "{error}");
    }

    /// An polls twice too early, An's citizen answers, and the portal hears of it as it registered.
    pub async fn answered(&self, id: &str, button: &str) {
        self.is_pending(id).await;
        self.fapi.world.wait(Duration::from_secs(5));
        self.is_pending(id).await;
        let before = self.office.requests();
        AN.answers_request(&mut self.fapi.world.browser(), button).await;
        if self.mode == Mode::Ping {
            self.is_told(before + 1, id).await;
        }
    }

    /// The ping of that number, held against §10.2.
    pub async fn is_told(&self, times: usize, id: &str) -> Seen {
        eventually("the portal is told", async || self.office.requests() >= times).await;
        let seen = self.office.seen().remove(times - 1);
        let header = |name: &str| seen.head.headers[name].to_str().unwrap().to_owned();
        assert_eq!(seen.head.uri.path(), "/ciba-notification-endpoint");
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("authorization"), format!("Bearer {}", self.notification_token()));
        assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), json!({ "auth_req_id": id }));
        seen
    }

    /// Holds tokens against the standard, and tries them; the claims of the ID token.
    pub async fn check(&self, tokens: &TokenAnswer) -> Value {
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert_eq!(tokens.headers["cache-control"], "no-store");
        let id_token = proof::claims(&self.fapi.world.issuer, &tokens.id_token()).await;
        assert_eq!((&id_token["iss"], &id_token["aud"]), (&json!(self.fapi.world.issuer), &json!(self.fapi.id)));
        assert!(id_token.get("c_hash").is_none() && id_token.get("s_hash").is_none());
        assert_eq!(proof::header(&tokens.id_token())["alg"], "ES256");
        let access_token = proof::claims(&self.fapi.world.issuer, &tokens.access_token()).await;
        assert_eq!(access_token["cnf"], json!({ "x5t#S256": self.fapi.certificate.thumbprint() }));
        let resource = self.fapi.userinfo(&tokens.access_token()).await;
        assert_eq!(resource.status, 200, "{}", resource.body);
        assert!(resource.headers.contains_key("date"));
        assert_eq!(resource.json()["sub"], id_token["sub"]);
        id_token
    }

    /// The whole flow.
    pub async fn flow(&self, request: &Value) -> (String, TokenAnswer) {
        let id = self.acknowledged(request).await;
        self.answered(&id, "allow").await;
        let tokens = self.comes_for(&id).await;
        self.check(&tokens).await;
        (id, tokens)
    }
}

/// The `auth_req_id` of an acknowledgement that is in order.
pub fn acknowledgement(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
    let json = reply.json();
    assert!(json["expires_in"].as_u64().unwrap() > 0 && json["interval"].as_u64().unwrap() <= 21_600, "{json}");
    let id = json["auth_req_id"].as_str().unwrap();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    assert!(id.len() >= 22 && id.bytes().all(allowed), "{id}");
    id.to_owned()
}

/// The error of §13, with its status and nothing beside it.
pub fn refused(reply: &Reply) -> String {
    let json = reply.json();
    let error = json["error"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned();
    assert!(json.as_object().unwrap().keys().all(|name| ["error", "error_description"].contains(&name.as_str())));
    assert!(!json["error_description"].as_str().unwrap().contains(['"', '\\', '\r', '\n', '\t']));
    assert_eq!(reply.status, if error == "invalid_client" { 401 } else { 400 }, "{}", reply.body);
    error
}
