//! `senid audit witness`: cosigns heads of others' audit logs over HTTP (C2SP `tlog-witness`). It knows no citizen and no portal, and
//! needs neither database nor settings.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::crypto::base64url;
use crate::crypto::transparency::{NoteVerifier, TreeHash, WitnessSigner};
use crate::domain::time::Clock;
use crate::protocol::tlog_witness::{AddCheckpoint, Refusal, Witnessed};

/// A head and a proof are a few kilobytes.
const LONGEST_BODY: usize = 64 * 1024;
const SIZE: (HeaderName, &str) = (CONTENT_TYPE, "text/x.tlog.size");
const TEXT: (HeaderName, &str) = (CONTENT_TYPE, "text/plain; charset=utf-8");

/// A witness, with what it remembers.
pub struct Witness {
    signer: WitnessSigner,
    logs: Vec<NoteVerifier>,
    clock: Arc<dyn Clock>,
    /// One head at a time: what is decided by is what is remembered.
    memory: Mutex<Memory>,
}

/// The last head of each log, in a file that is replaced whole.
struct Memory {
    path: PathBuf,
    heads: BTreeMap<String, Kept>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    size: u64,
    /// base64url.
    root: String,
    /// With the log's signatures and this witness's.
    note: String,
}

fn root(kept: &Kept) -> Option<TreeHash> {
    base64url::decode(&kept.root).and_then(|root| root.try_into().ok())
}

impl Memory {
    fn open(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join("heads.json");
        let heads = match std::fs::read(&path) {
            Ok(text) => {
                let heads: BTreeMap<String, Kept> = serde_json::from_slice(&text).map_err(std::io::Error::other)?;
                // A head without its root would let any tree of that size pass for the one that was seen.
                if heads.values().any(|kept| root(kept).is_none()) {
                    return Err(std::io::Error::other("heads.json: a root is not 32 bytes of base64url"));
                }
                heads
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { path, heads })
    }

    /// On the disk before anybody sees the signature: a witness that forgets would cosign a fork.
    fn keep(&mut self, origin: &str, kept: Kept) -> std::io::Result<()> {
        let mut heads = self.heads.clone();
        heads.insert(origin.to_owned(), kept);
        let next = self.path.with_extension("json.next");
        let mut file = File::create(&next)?;
        file.write_all(&serde_json::to_vec_pretty(&heads)?)?;
        file.sync_all()?;
        std::fs::rename(&next, &self.path)?;
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        self.heads = heads;
        Ok(())
    }

    fn last(&self, origin: &str) -> Witnessed {
        self.heads.get(origin).map_or_else(Witnessed::default, |kept| Witnessed { size: kept.size, root: root(kept) })
    }
}

impl Witness {
    /// A witness that cosigns these `logs`, and remembers in `folder`.
    ///
    /// # Errors
    /// Where what it remembers cannot be read: it does not begin anew by itself.
    pub fn open(
        signer: WitnessSigner,
        logs: Vec<NoteVerifier>,
        folder: &Path,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<Self> {
        Ok(Self { signer, logs, clock, memory: Mutex::new(Memory::open(folder)?) })
    }

    async fn add(&self, body: &str) -> Result<String, Refused> {
        let request = AddCheckpoint::parse(body)?;
        let origin = request.checkpoint()?.origin;
        let mut memory = self.memory.lock().await;
        let checkpoint = request.judge(&self.logs, &memory.last(&origin))?;
        let time = u64::try_from(self.clock.now().seconds()).unwrap_or_default();
        let line = self.signer.cosign(&request.note.text, time);
        let mut note = request.note;
        note.signatures.push(line.clone());
        let kept = Kept { size: checkpoint.size, root: base64url::encode(&checkpoint.root), note: note.to_string() };
        memory.keep(&origin, kept)?;
        Ok(format!("{line}\n"))
    }
}

enum Refused {
    Request(Refusal),
    Disk(std::io::Error),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Request(refusal)
    }
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Request(Refusal::OtherSize(size)) => {
                (StatusCode::CONFLICT, [SIZE], format!("{size}\n")).into_response()
            }
            Self::Request(refusal) => {
                tracing::warn!(%refusal, "a head was not cosigned");
                let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
                (status, [TEXT], format!("{refusal}\n")).into_response()
            }
            Self::Disk(error) => {
                tracing::error!(%error, "what was cosigned cannot be remembered, so nothing is");
                (StatusCode::INTERNAL_SERVER_ERROR, [TEXT], "the witness cannot remember\n").into_response()
            }
        }
    }
}

/// Serves until `stopped`.
///
/// # Errors
/// Where the socket fails.
pub async fn serve(
    witness: Arc<Witness>,
    listener: TcpListener,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/heads", get(heads))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(witness);
    axum::serve(listener, router).with_graceful_shutdown(stopped).await
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: String) -> Response {
    match witness.add(&body).await {
        Ok(line) => (StatusCode::OK, [TEXT], line).into_response(),
        Err(refused) => refused.into_response(),
    }
}

/// The last head of every log, for whoever compares what they were shown.
async fn heads(State(witness): State<Arc<Witness>>) -> Response {
    let notes: Vec<String> = witness.memory.lock().await.heads.values().map(|kept| kept.note.clone()).collect();
    (StatusCode::OK, [TEXT], notes.join("\n")).into_response()
}
