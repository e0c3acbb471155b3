//! The answer exchanged at the real token endpoint, and the token shown to userinfo: each request and response as it was, with what
//! opens something cut short.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, Request, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

use super::{Proof, explained, proof};
use crate::domain::client::{Client, ClientAuthenticationMethod as Method};
use crate::domain::secret::SecretString;
use crate::flows::FlowError;
use crate::flows::admin::AdminError;
use crate::flows::onboarding::explain::of_client;
use crate::flows::onboarding::try_it::Tried;
use crate::http::Site;
use crate::http::extract::{Call, Visit};
use crate::http::oauth;
use crate::http::pages::console::Desk;
use crate::protocol::explain::cut_short;
use crate::protocol::parameters::Parameters;
use crate::web::console::{Block, Code};
use crate::web::text::{Speaks, TextId, id};

const FORM: &str = "application/x-www-form-urlencoded";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// No answer of ours to a token request is longer.
const MOST: usize = 256 * 1024;

/// Every step, in its order.
pub(super) async fn all(
    site: &Arc<Site>,
    visit: &Visit,
    desk: &Desk,
    tried: &Tried,
    sent: &Parameters,
) -> Result<Vec<Block>, AdminError> {
    let layout = desk.layout();
    // Its one redirect URI, for this one request.
    let client = Client { redirect_uris: vec![tried.redirect_uri.clone()], ..tried.client.clone() };
    let mut blocks = vec![said(desk, &client, id("onboarding-try-request"), &tried.request).await?];
    if let Some(answer) = &tried.answer {
        blocks.push(said(desk, &client, id("onboarding-try-answer"), answer).await?);
    }
    let Some(code) = &tried.code else { return Ok(blocks) };

    let request = TokenRequest::of(tried, code, sent);
    let shown = |block_id: &str, name: TextId, text: String| {
        Block::Code(Code { id: block_id.to_owned(), heading: layout.say(name), says: Vec::new(), text })
    };
    blocks.push(shown(
        "token-request",
        id("onboarding-try-token-request"),
        request.shown(&site.app.settings.issuer.at("/token")),
    ));
    let (status, answer) = send(site, visit, request).await?;
    blocks.push(shown("token-response", id("onboarding-try-token-response"), response(status, &answer)));
    let token = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(id_token) = token("id_token") {
        blocks.push(said(desk, &client, id("onboarding-try-id-token"), &id_token).await?);
    }
    let Some(access_token) = token("access_token") else { return Ok(blocks) };
    if access_token.matches('.').count() == 2 {
        blocks.push(said(desk, &client, id("onboarding-try-access-token"), &access_token).await?);
    }
    let (status, claims) = userinfo(site, visit, &SecretString::new(access_token)).await?;
    blocks.push(shown("userinfo", id("onboarding-try-userinfo"), response(status, &claims)));
    Ok(blocks)
}

/// One of them, explained.
async fn said(desk: &Desk, client: &Client, name: TextId, text: &str) -> Result<Block, AdminError> {
    let told = of_client(&desk.admin, client, text).await?;
    Ok(explained(desk.layout(), desk.layout().say(name), &told))
}

/// What is sent to the token endpoint.
struct TokenRequest {
    authorization: Option<String>,
    body: Vec<(&'static str, String)>,
}

impl TokenRequest {
    fn of(tried: &Tried, code: &str, sent: &Parameters) -> Self {
        let client = &tried.client;
        let typed = |name: &str| sent.value(name).unwrap_or_default().trim().to_owned();
        let mut body = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", tried.redirect_uri.clone()),
            ("code_verifier", tried.verifier.clone()),
        ];
        let mut authorization = None;
        match (proof(client), client.authentication.method()) {
            (Proof::Secret, Method::ClientSecretPost) => {
                body.push(("client_id", client.id.to_string()));
                body.push(("client_secret", typed("client_secret")));
            }
            // RFC 6749 §2.3.1: both are form-encoded before they are joined.
            (Proof::Secret, _) => {
                let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encoded(client.id.as_str()), encoded(&typed("client_secret")));
                authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
            }
            (Proof::Assertion, _) => {
                body.push(("client_assertion_type", ASSERTION.to_owned()));
                body.push(("client_assertion", typed("client_assertion")));
            }
            (Proof::Nothing | Proof::Certificate, _) => body.push(("client_id", client.id.to_string())),
        }
        Self { authorization, body }
    }

    /// As it goes, a parameter a line; what opens something cut short, and a secret not at all.
    fn shown(&self, endpoint: &str) -> String {
        let mut text = format!("POST {endpoint}\nContent-Type: {FORM}\n");
        if self.authorization.is_some() {
            text.push_str("Authorization: Basic •••\n");
        }
        for (name, value) in &self.body {
            let value = match *name {
                "client_secret" => "•••".to_owned(),
                "code" | "code_verifier" | "client_assertion" => cut_short(value),
                _ => value.clone(),
            };
            text.push_str(&format!("\n{name}={value}"));
        }
        text
    }
}

/// Through the token endpoint's own handler, from the address of whoever pressed.
async fn send(site: &Arc<Site>, visit: &Visit, asked: TokenRequest) -> Result<(StatusCode, Value), AdminError> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&asked.body).finish();
    let request = Request::post("/token").header(CONTENT_TYPE, FORM);
    let request = asked.authorization.into_iter().fold(request, |request, proof| request.header(AUTHORIZATION, proof));
    let request = from(visit, request.body(Body::from(body)))?;
    let Ok(call) = Call::from_request(request, site).await;
    read(oauth::token::exchange(State(Arc::clone(site)), call).await).await
}

async fn userinfo(site: &Arc<Site>, visit: &Visit, token: &SecretString) -> Result<(StatusCode, Value), AdminError> {
    let request = Request::get("/userinfo").header(AUTHORIZATION, format!("Bearer {}", token.expose()));
    let request = from(visit, request.body(Body::empty()))?;
    read(oauth::userinfo::show(State(Arc::clone(site)), visit.clone(), request).await).await
}

fn from(visit: &Visit, request: Result<Request, http::Error>) -> Result<Request, AdminError> {
    let mut request = request.map_err(FlowError::failed)?;
    let address = SocketAddr::new(visit.visitor.address, 0);
    request.extensions_mut().insert(ConnectInfo(address));
    request.extensions_mut().insert(visit.visitor.request);
    Ok(request)
}

async fn read(response: Response) -> Result<(StatusCode, Value), AdminError> {
    let status = response.status();
    let body = to_bytes(response.into_body(), MOST).await.map_err(FlowError::failed)?;
    Ok((status, serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into())))
}

/// The tokens of it cut short: they open something until they end.
fn response(status: StatusCode, body: &Value) -> String {
    let mut shown = body.clone();
    if let Some(members) = shown.as_object_mut() {
        for (name, value) in members {
            if let (true, Some(token)) = (name.ends_with("_token"), value.as_str()) {
                *value = cut_short(token).into();
            }
        }
    }
    format!("HTTP {status}\n\n{}", serde_json::to_string_pretty(&shown).unwrap_or_default())
}
