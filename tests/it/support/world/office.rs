//! A portal's own server, real, on the loopback: it keeps sessions, and ends those that a logout token names once it has
//! proven the token as OpenID Connect Back-Channel Logout 1.0 §2.6 says, with nothing of SenID's own code.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;
use senid::domain::client::{Client, LogoutEndpoint};
use senid::domain::time::Clock;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::proof;
use crate::support::free_port;

pub struct Office {
    port: u16,
    inner: Arc<Inner>,
    server: Option<JoinHandle<()>>,
}

struct Inner {
    issuer: String,
    client: &'static str,
    clock: Arc<dyn Clock>,
    /// By `sid`, whose they are.
    sessions: Mutex<BTreeMap<String, String>>,
    /// Every token that came, proven or not.
    told: Mutex<Vec<String>>,
    jtis: Mutex<BTreeSet<String>>,
    /// What it answers whatever comes, where it is not itself.
    answers: Mutex<Option<StatusCode>>,
}

impl Office {
    /// The server of `client`, which is not open yet.
    pub fn new(issuer: &str, client: &'static str, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            issuer: issuer.to_owned(),
            client,
            clock,
            sessions: Mutex::default(),
            told: Mutex::default(),
            jtis: Mutex::default(),
            answers: Mutex::default(),
        };
        Self { port: free_port(), inner: Arc::new(inner), server: None }
    }

    /// Where it wants to be told.
    pub fn uri(&self) -> String {
        format!("http://127.0.0.1:{}/backchannel-logout?tenant=1", self.port)
    }

    /// For `Operator::changes`.
    pub fn registers(&self) -> impl FnOnce(&mut Client) + use<> {
        let uri = self.uri();
        move |client| client.logout.back_channel = Some(LogoutEndpoint { uri, session_required: true })
    }

    /// Answers from now on.
    pub fn opens(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).expect("its port");
        listener.set_nonblocking(true).unwrap();
        let router = Router::new().route("/backchannel-logout", post(logout)).with_state(self.inner.clone());
        self.server = Some(tokio::spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router).await.unwrap();
        }));
    }

    /// Answers whatever comes with `status`, or is itself again.
    pub fn answers(&self, status: Option<u16>) {
        *self.inner.answers.lock().unwrap() = status.map(|status| StatusCode::from_u16(status).unwrap());
    }

    /// Someone signs in there with these claims of an ID token.
    pub fn signs_in(&self, claims: &Value) {
        let text = |name: &str| claims[name].as_str().unwrap().to_owned();
        self.inner.sessions.lock().unwrap().insert(text("sid"), text("sub"));
    }

    pub fn is_signed_in(&self, claims: &Value) -> bool {
        self.inner.sessions.lock().unwrap().contains_key(claims["sid"].as_str().unwrap())
    }

    /// The logout tokens that came.
    pub fn told(&self) -> Vec<String> {
        self.inner.told.lock().unwrap().clone()
    }
}

async fn logout(State(office): State<Arc<Inner>>, form: String) -> StatusCode {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let [(name, token)] = &pairs[..] else { return StatusCode::BAD_REQUEST };
    assert_eq!(name, "logout_token");
    office.told.lock().unwrap().push(token.clone());
    if let Some(status) = *office.answers.lock().unwrap() {
        return status;
    }
    // A panic here is a broken connection there, and a test that waits in vain.
    let claims = proof::claims(&office.issuer, token).await;
    assert_eq!(proof::header(token)["typ"], "logout+jwt");
    assert_eq!(claims["iss"], office.issuer.as_str());
    assert_eq!(claims["aud"], office.client);
    let now = office.clock.now().seconds();
    let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert!((now - 60..=now).contains(&iat) && (now + 1..=now + 120).contains(&exp), "{claims} at {now}");
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert!(claims.get("nonce").is_none(), "{claims}");
    if !office.jtis.lock().unwrap().insert(claims["jti"].as_str().unwrap().to_owned()) {
        return StatusCode::BAD_REQUEST;
    }
    let mut sessions = office.sessions.lock().unwrap();
    match sessions.remove(claims["sid"].as_str().unwrap()) {
        Some(subject) if claims["sub"] == subject.as_str() => StatusCode::OK,
        Some(_) => StatusCode::BAD_REQUEST,
        // Told twice: the session it speaks of is over, which is what it asks for (§2.7).
        None => StatusCode::OK,
    }
}
