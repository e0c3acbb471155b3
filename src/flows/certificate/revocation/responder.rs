//! One OCSP responder, asked about one certificate.

use std::sync::Arc;

use url::Url;

use super::Inner;
use super::breakers::host;
use super::evidence::Said;
use super::fault::Fault;
use crate::credentials::certificate::revocation::ocsp::{IdHash, REQUEST_TYPE};
use crate::credentials::certificate::revocation::{Answer, OcspFault, Question, Refused, SignedBy, Subject};
use crate::crypto::hash::sha256;
use crate::domain::revocation::{CertificateId, Status};
use crate::domain::trust::NonceDemand;
use crate::outbound::Purpose;

/// What the responder says of the certificate.
pub(super) async fn ask(
    inner: &Arc<Inner>,
    url: &Url,
    subject: &Subject,
    nonce: NonceDemand,
) -> Result<(Status, Said), Fault> {
    let attempt = inner.breakers.enter(url, inner.clock.now()).ok_or(Fault::LeftAlone)?;
    let asked = tokio::time::timeout(inner.limits.time_limit, ask_by_either_hash(inner, url, subject, nonce)).await;
    let asked = asked.unwrap_or(Err(Fault::Slow));
    match &asked {
        Err(fault) if fault.is_of_source() => attempt.failed(inner.clock.now()),
        _ => attempt.succeeded(),
    }
    let (answer, hash) = asked?;
    check_delegate(inner, subject, answer.signed_by).await?;
    let said = Said {
        host: host(url),
        hash,
        produced_at: answer.produced_at,
        this_update: answer.this_update,
        next_update: answer.next_update,
        signed_by: answer.signed_by,
    };
    Ok((answer.status, said))
}

/// By SHA-256, and where the responder does not know the certificate by that, by SHA-1: many know no other, and say so in
/// different ways.
async fn ask_by_either_hash(
    inner: &Inner,
    url: &Url,
    subject: &Subject,
    nonce: NonceDemand,
) -> Result<(Answer, [u8; 32]), Fault> {
    let hash = inner.breakers.hash_for(url);
    let answered = ask_by(inner, url, subject, nonce, hash).await;
    if hash == IdHash::Sha1 || !may_know_another_hash(&answered) {
        return answered;
    }
    let again = ask_by(inner, url, subject, nonce, IdHash::Sha1).await;
    if !may_know_another_hash(&again) && again.is_ok() {
        inner.breakers.knows_old_hash_alone(url);
    }
    again
}

fn may_know_another_hash(answered: &Result<(Answer, [u8; 32]), Fault>) -> bool {
    match answered {
        Ok((answer, _)) => answer.status == Status::Unknown,
        Err(Fault::Ocsp(OcspFault::Refused(refused))) => {
            matches!(refused, Refused::Unauthorized | Refused::MalformedRequest)
        }
        Err(_) => false,
    }
}

async fn ask_by(
    inner: &Inner,
    url: &Url,
    subject: &Subject,
    nonce: NonceDemand,
    hash: IdHash,
) -> Result<(Answer, [u8; 32]), Fault> {
    let question = Question::new(subject, hash, inner.random.bytes::<32>(), nonce).map_err(|_| Fault::Question)?;
    let fetched = inner.outbound.exchange(url, Purpose::Ocsp, REQUEST_TYPE, question.request.clone()).await?;
    let answer = question.judge(&fetched.bytes, inner.clock.now())?;
    Ok((answer, sha256(&fetched.bytes)))
}

/// A responder whose certificate does not say that nobody needs to ask about it is looked up in what is known: what is remembered,
/// and the lists at hand. Asking another responder about it, and about that one a third, would have no end.
async fn check_delegate(inner: &Inner, subject: &Subject, signed_by: SignedBy) -> Result<(), Fault> {
    let SignedBy::Delegate { serial, revocable: true } = signed_by else { return Ok(()) };
    let delegate = CertificateId { issuer_key: subject.id.issuer_key, serial };
    if inner.lists.at_hand(&delegate).is_some() {
        return Err(Fault::RevokedResponder);
    }
    let known = match inner.store.read().await {
        Ok(mut reading) => reading.revocations().find(&delegate).await,
        Err(error) => Err(error),
    };
    match known {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(Fault::RevokedResponder),
        Err(error) => {
            tracing::error!(%error, "a responder's certificate cannot be looked up");
            Err(Fault::Store)
        }
    }
}
