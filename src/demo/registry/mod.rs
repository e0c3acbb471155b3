//! A population registry that stands in for a country's: people from a file, mutual TLS, signed answers (docs/registry.md). The
//! demonstration runs it beside SenID, `examples/population_registry.rs` by itself, and the tests with every way in which a registry
//! can fail.

mod answer;
mod papers;

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_server::tls_rustls::RustlsConfig;
use serde_json::Value;
use tokio::sync::watch;

use crate::domain::time::Clock;
use answer::Signer;
pub use papers::{Papers, PapersError};

/// What the registry does with a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    #[default]
    Answers,
    /// It has the connection and says nothing.
    IsSilent,
    /// It says nothing until it behaves otherwise, and answers so then.
    TakesItsTime,
    /// It begins, and never ends.
    NeverEnds,
    /// 503.
    IsAway,
    /// A page of whatever stands before it.
    ShowsAPage,
    /// Signed with a key of somebody else's that says it is this one.
    SignsWithAnotherKey,
    /// A signature that is somebody's, over something else than an answer.
    SignsAnotherKind,
    /// With an answer that it gave before.
    Replays,
    /// The answer to another request, made at the same time.
    AnswersAnother,
    /// As if it had been asked about the next person in its file.
    TakesForAnother,
    /// Made out to somebody else than who asked.
    AddressesAnother,
    /// In the name of another registry.
    IsAnother,
    /// A day late.
    IsOld,
}

/// The registry.
#[derive(Debug)]
pub struct StandIn {
    /// Whom its answers are from.
    pub issuer: String,
    clock: Arc<dyn Clock>,
    signer: Signer,
    /// As the file says them: each a record as an answer has it.
    people: Mutex<Vec<Value>>,
    manner: watch::Sender<Manner>,
    /// The questions, and the first answer.
    asked: Mutex<Vec<Value>>,
    first: Mutex<Option<String>>,
}

#[derive(Debug, thiserror::Error)]
pub enum StandInError {
    #[error("the people of the registry: expected a list of records: {0}")]
    People(#[from] serde_json::Error),
    #[error(transparent)]
    Papers(#[from] PapersError),
    #[error("the registry cannot listen: {0}")]
    Listen(#[from] std::io::Error),
}

impl StandIn {
    /// A registry of the `people` in a JSON list, that signs with the key in `papers`.
    ///
    /// # Errors
    /// Where the list is none, or the key cannot be used.
    pub fn new(papers: &Papers, people: &str, clock: Arc<dyn Clock>) -> Result<Arc<Self>, StandInError> {
        Ok(Arc::new(Self {
            issuer: papers::ISSUER.to_owned(),
            clock,
            signer: Signer::new(papers)?,
            people: Mutex::new(serde_json::from_str(people)?),
            manner: watch::Sender::default(),
            asked: Mutex::default(),
            first: Mutex::default(),
        }))
    }

    /// Serves on `listener`, to whoever shows a certificate of the papers' authority, until the task is ended.
    ///
    /// # Errors
    /// Where the papers are none.
    pub fn serve(
        self: &Arc<Self>,
        papers: &Papers,
        listener: TcpListener,
    ) -> Result<(SocketAddr, tokio::task::JoinHandle<std::io::Result<()>>), StandInError> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let tls = RustlsConfig::from_config(Arc::new(papers.server()?));
        let router = Router::new()
            .route("/v1/people", post(people))
            .route("/v1/jwks.json", get(jwks))
            .with_state(self.clone())
            .into_make_service();
        let server = axum_server::from_tcp_rustls(listener, tls)?;
        Ok((address, tokio::spawn(server.serve(router))))
    }

    /// From now on.
    pub fn behaves(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }

    /// Changes members of the record of the person with this number.
    pub fn changes(&self, number: &str, changes: &Value) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(record) = people.iter_mut().find(|record| record["person"]["number"] == number) else { return };
        for (name, change) in changes.as_object().into_iter().flatten() {
            record[name] = change.clone();
        }
    }

    /// Enters somebody.
    pub fn enters(&self, record: Value) {
        self.people.lock().unwrap_or_else(PoisonError::into_inner).push(record);
    }

    /// Its public keys, as it publishes them.
    pub fn jwks(&self) -> String {
        self.signer.jwks()
    }

    /// Every question so far.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// As it behaves once it has taken its time.
    async fn manner(&self) -> Manner {
        let mut manner = self.manner.subscribe();
        let decided = manner.wait_for(|manner| *manner != Manner::TakesItsTime).await.map(|manner| *manner);
        decided.unwrap_or_default()
    }

    /// The record of the person in `question`; of the one after them where it takes people for each other.
    fn record(&self, question: &Value, manner: Manner) -> Value {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let found = people.iter().position(|record| record["person"] == question["person"]);
        let next = usize::from(manner == Manner::TakesForAnother);
        found.and_then(|at| people.get((at + next) % people.len())).cloned().unwrap_or_default()
    }
}

async fn jwks(State(registry): State<Arc<StandIn>>) -> Response {
    ([(header::CONTENT_TYPE, "application/jwk-set+json")], registry.jwks()).into_response()
}

async fn people(State(registry): State<Arc<StandIn>>, body: Bytes) -> Response {
    let Ok(question) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    registry.asked.lock().unwrap_or_else(PoisonError::into_inner).push(question.clone());
    let manner = registry.manner().await;
    match manner {
        Manner::IsAway => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Manner::IsSilent => return std::future::pending().await,
        Manner::ShowsAPage => return ([(header::CONTENT_TYPE, "text/html")], "<h1>Maintenance</h1>").into_response(),
        Manner::NeverEnds => return endless(),
        _ => {}
    }
    let answer =
        answer::Answer { body: &body, question: &question, record: registry.record(&question, manner), manner };
    let Some(token) = answer.signed(&registry) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut first = registry.first.lock().unwrap_or_else(PoisonError::into_inner);
    let first = first.get_or_insert_with(|| token.clone()).clone();
    let token = if manner == Manner::Replays { first } else { token };
    ([(header::CONTENT_TYPE, "application/jwt")], token).into_response()
}

/// Says that it is an answer, and goes on for as long as somebody reads.
fn endless() -> Response {
    ([(header::CONTENT_TYPE, "application/jwt")], Body::new(Endless)).into_response()
}

struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(&[b'A'; 4096])))))
    }
}
