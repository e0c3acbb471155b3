//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that is sent again under its key is done once, and answered
//! as it was. What a key stands for is kept sealed for a day, for whoever chose it.

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use super::call::{Call, Reply};
use super::problem::{Kind, Problem};
use crate::crypto::hash::sha256;
use crate::flows::admin_api::{self, Attempt, Repeated};

const HEADER: &str = "idempotency-key";

/// The key of a request, where it has one.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let wrong = || {
        Problem::parameter(
            "Idempotency-Key",
            "expected one text of 16 to 128 letters, digits, - and _, with or without quotes",
        )
    };
    let text = value.to_str().map_err(|_| wrong())?;
    // A string of RFC 8941; those who send it bare are many.
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match values.next().is_none() && (16..=128).contains(&text.len()) && text.bytes().all(allowed) {
        true => Ok(Some(text.to_owned())),
        false => Err(wrong()),
    }
}

/// The answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: Vec<u8>,
    etag: Option<String>,
    location: Option<String>,
}

/// Does what `call` asks, unless that was done under this key.
pub async fn once(key: &str, bytes: &[u8], call: Call) -> Result<Reply, Problem> {
    let app = call.site.app.clone();
    let attempt = Attempt {
        actor: call.admin.actor.to_text(),
        operation: call.operation.id,
        key: key.to_owned(),
        fingerprint: fingerprint(&call, bytes),
        request: call.visitor.request,
    };
    match admin_api::begin(&app, &attempt).await? {
        Repeated::First => {}
        Repeated::Underway => {
            let told = "a request under this key was begun, and what became of it is not known yet";
            return Err(Problem::new(Kind::Underway, told));
        }
        Repeated::Another => {
            let told = "this key stands for a request that says something else";
            return Err(Problem::new(Kind::KeyReused, told));
        }
        Repeated::Done(kept) => return restore(&kept),
        Repeated::Unanswered => {
            let told = "it was done under this key, and the server was stopped before it could keep the answer: read what there is";
            return Err(Problem::new(Kind::Underway, told));
        }
    }
    let run = call.operation.run;
    let answered = run(call).await.or_else(Problem::settled);
    match &answered {
        Ok(reply) => {
            let kept = Kept {
                status: reply.status.as_u16(),
                body: reply.body.clone(),
                etag: reply.etag.clone(),
                location: reply.location.clone(),
            };
            let kept =
                serde_json::to_vec(&kept).map_err(|error| Problem::from(crate::flows::FlowError::failed(error)))?;
            // It was done; that it cannot be kept does not undo it.
            if let Err(error) = admin_api::keep(&app, &attempt, &kept).await {
                tracing::error!(%error, "the answer to a request with an Idempotency-Key could not be kept");
            }
        }
        // Nothing was done: with what was wrong put right, the key is good. So it is after a failure of ours: what a use case does it
        // does in one transaction, and where that had been committed its answer would be one. A server that is killed meanwhile leaves a
        // key behind that is under way until no request could be: what became of it is in the audit log then.
        Err(_) => admin_api::forget(&app, &attempt).await?,
    }
    answered
}

fn restore(kept: &[u8]) -> Result<Reply, Problem> {
    let kept: Kept =
        serde_json::from_slice(kept).map_err(|error| Problem::from(crate::flows::FlowError::failed(error)))?;
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    Ok(Reply { status, body: kept.body, etag: kept.etag, location: kept.location })
}

/// What the request says: method and path by its operation, and all that is read of it.
fn fingerprint(call: &Call, bytes: &[u8]) -> [u8; 32] {
    let said = (&call.path, &call.query, call.expected.as_ref().map(|expected| format!("{expected:?}")));
    let mut said = serde_json::to_vec(&said).unwrap_or_default();
    said.push(0);
    said.extend_from_slice(bytes);
    sha256(&said)
}
