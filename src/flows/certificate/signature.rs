//! The person signs a document of ours with whatever program they have: CMS.

use std::time::Duration;

use crate::credentials::certificate::challenge::Challenge;
use crate::credentials::certificate::cms::{self, CmsFault};
use crate::domain::sign_in::{OutOfOrder, SignIn};

use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};
use super::{Asked, Proof, Refusal, Way, is_next, succeed};

/// Long enough to read it, to find the program and to type a PIN.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// What this sign-in has the person sign; the same until it is over, so that a page that is loaded again asks for nothing new.
/// `portal` is what the page calls whom they sign in to.
pub async fn ask(app: &App, sign_in: &SignIn, portal: &str) -> Result<Challenge, FlowError> {
    let now = app.clock.now();
    let key = short_lived::signature_challenge(sign_in.id);
    if let Some(asked) = app.sessions.get(&key).await?.filter(|asked| now < asked.expires_at) {
        return Ok(Challenge::from_text(asked.text));
    }
    let challenge = Challenge::new(app.issuer(), portal, now, &*app.random);
    let asked = Asked { text: challenge.as_str().to_owned(), expires_at: now + LIFETIME };
    app.sessions.put(&key, &asked, LIFETIME).await?;
    Ok(challenge)
}

/// Holds a signature against the document of this sign-in, which is spent whatever comes of it.
pub async fn answer(app: &App, visitor: &Visitor, sign_in: SignIn, signature: &str) -> Result<Proof, FlowError> {
    let way = Way::Signature;
    if !is_next(app, &sign_in, way).await? {
        return Ok(Proof::OutOfOrder(OutOfOrder));
    }
    let tries = match succeed::enter(app, visitor, &sign_in).await? {
        Ok(tries) => tries,
        Err(refusal) => return Ok(succeed::refuse(app, visitor, &sign_in, way, refusal)),
    };
    let asked = app.sessions.take(&short_lived::signature_challenge(sign_in.id)).await?;
    let Some(asked) = asked.filter(|asked| app.clock.now() < asked.expires_at) else {
        return Ok(succeed::refuse(app, visitor, &sign_in, way, Refusal::TooLate));
    };
    match cms::verify(signature, &Challenge::from_text(asked.text)) {
        Ok(certificate) => succeed::conclude(app, visitor, sign_in, &tries, way, certificate).await,
        Err(fault) => {
            tracing::info!(%fault, "a signature over a challenge was refused");
            Ok(succeed::refuse(app, visitor, &sign_in, way, told(&fault)))
        }
    }
}

/// What the person is told of a signature that proves nothing.
pub(super) const fn told(fault: &CmsFault) -> Refusal {
    match fault {
        CmsFault::Signature(_) | CmsFault::OtherContent | CmsFault::MessageDigest => Refusal::NotProven,
        _ => Refusal::Unreadable,
    }
}
