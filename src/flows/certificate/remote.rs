//! The person signs on a telephone, which a signing service asks: asked here, waited for, and verified as any signature over a text.
//!
//! Whoever asks may be far from whoever is asked. So it is for the clients that the operator names alone, both screens show one code,
//! what is signed says for whom it is, and it never counts as phishing-resistant. Nothing here tells whether the number that was typed
//! is anybody's: a number that the service does not know is waited for as long as one that does not sign.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Rate;
use crate::credentials::certificate::challenge::Challenge;
use crate::credentials::certificate::cms;
use crate::domain::national_id::{NationalId, Scheme};
use crate::domain::remote_signing::{Begun, Progress, SigningRequest};
use crate::domain::sign_in::{OutOfOrder, SignIn};
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;

use super::super::throttle::{self, Throttle};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};
use super::{Proof, Refusal, Way, is_next, signature, succeed};

/// A telephone that never stops asking is answered some day.
const A_PERSON: Rate = Rate { most: 5, window: Duration::from_secs(60 * 60) };
/// The service is asked no more often than that of one request.
const PACE: Duration = Duration::from_secs(2);

/// A signature that is waited for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemoteRequest {
    document: String,
    control_code: String,
    /// What the service calls it; none where it knows nobody of that number.
    id: Option<String>,
    asked_at: Timestamp,
    expires_at: Timestamp,
}

/// What came of asking.
#[derive(Debug)]
pub enum Asking {
    Waiting,
    /// What was typed is no number of anybody's.
    Malformed,
    Refused(Proof),
}

/// How far it is.
#[derive(Debug)]
pub enum Waiting {
    /// Nobody was asked.
    Nothing,
    /// Both screens show this.
    For {
        control_code: String,
    },
    Ended(Proof),
}

/// Has whoever has the number that was typed, of this scheme, asked on their telephone.
pub async fn ask(
    app: &App,
    visitor: &Visitor,
    sign_in: &SignIn,
    portal: &str,
    (typed, scheme): (&str, Scheme),
) -> Result<Asking, FlowError> {
    let way = Way::Remote;
    let (true, Some(service), Some(settings)) =
        (is_next(app, sign_in, way).await?, &app.remote_signing, &app.settings.certificate_sign_in.remote)
    else {
        return Ok(Asking::Refused(Proof::OutOfOrder(OutOfOrder)));
    };
    let Ok(person) = NationalId::parse(scheme, typed) else {
        return Ok(Asking::Malformed);
    };
    let name = app.store.name_tag(&SignInName::NationalId(person.clone()))?;
    let mut throttled = succeed::enter(app, visitor, sign_in).await?.err();
    if throttled.is_none() {
        let key = short_lived::remote_signatures_of(&name);
        if let Throttle::Closed { retry_after, .. } = throttle::count(app, &key, A_PERSON).await? {
            throttled = Some(Refusal::Throttled { retry_after });
        }
    }
    if let Some(refusal) = throttled {
        return Ok(Asking::Refused(succeed::refuse(app, visitor, sign_in, way, refusal)));
    }
    let now = app.clock.now();
    let expires_at = now + settings.time;
    let control_code = format!("{:04}", u64::from_be_bytes(app.random.bytes::<8>()) % 10_000);
    let document = Challenge::new(app.issuer(), portal, now, &*app.random).with_code(&control_code);
    let request = SigningRequest {
        person: &person,
        document: document.as_str(),
        portal,
        control_code: &control_code,
        expires_at,
    };
    let id = match service.begin(request).await {
        Ok(Begun::Asked(id)) => Some(id),
        Ok(Begun::UnknownPerson) => None,
        Err(_) => return Ok(Asking::Refused(succeed::refuse(app, visitor, sign_in, way, Refusal::ServiceAway))),
    };
    let document = document.as_str().to_owned();
    let request = RemoteRequest { document, control_code, id, asked_at: now, expires_at };
    app.sessions.put(&short_lived::remote_signature(sign_in.id), &request, settings.time + PACE).await?;
    Ok(Asking::Waiting)
}

/// Looks whether the person has signed.
pub async fn wait(app: &App, visitor: &Visitor, sign_in: SignIn) -> Result<Waiting, FlowError> {
    let way = Way::Remote;
    let (true, Some(service)) = (is_next(app, &sign_in, way).await?, &app.remote_signing) else {
        return Ok(Waiting::Ended(Proof::OutOfOrder(OutOfOrder)));
    };
    let key = short_lived::remote_signature(sign_in.id);
    let Some(request) = app.sessions.get(&key).await? else { return Ok(Waiting::Nothing) };
    let now = app.clock.now();
    let ended = |refusal| Ok(Waiting::Ended(succeed::refuse(app, visitor, &sign_in, way, refusal)));
    if request.expires_at <= now {
        app.sessions.delete(&key).await?;
        return ended(Refusal::NotSigned);
    }
    let waiting = Waiting::For { control_code: request.control_code.clone() };
    let Some(id) = &request.id else { return Ok(waiting) };
    if now < request.asked_at + PACE {
        return Ok(waiting);
    }
    let left = now.until(request.expires_at) + PACE;
    app.sessions.swap(&key, &RemoteRequest { asked_at: now, ..request.clone() }, left).await?;
    match service.progress(id).await {
        Ok(Progress::Pending) | Err(_) => Ok(waiting),
        Ok(Progress::NotSigned) => {
            app.sessions.delete(&key).await?;
            ended(Refusal::NotSigned)
        }
        Ok(Progress::Signed(signed)) => {
            // Of two pages that look at once, one goes on.
            let Some(request) = app.sessions.take(&key).await? else {
                return Ok(Waiting::Ended(Proof::OutOfOrder(OutOfOrder)));
            };
            let tries = match succeed::enter(app, visitor, &sign_in).await? {
                Ok(tries) => tries,
                Err(refusal) => return ended(refusal),
            };
            match cms::verify(&signed, &Challenge::from_text(request.document)) {
                Ok(certificate) => {
                    Ok(Waiting::Ended(succeed::conclude(app, visitor, sign_in, &tries, way, certificate).await?))
                }
                Err(fault) => {
                    tracing::warn!(%fault, "the signing service gave a signature that proves nothing");
                    ended(signature::told(&fault))
                }
            }
        }
    }
}
