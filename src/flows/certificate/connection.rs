//! The certificate of the browser's connection, on a listener of its own.
//!
//! ```text
//! issuer: the sign-in's page ──errand──▶ certificate listener: TLS proves the key ──ticket──▶ issuer: judged here
//! ```
//!
//! Both travel through the browser in an address, and each is good once. The ticket is taken from whoever brings it, and counts
//! for the browser that began the sign-in alone: whoever lures somebody with a card to an errand of theirs gets a ticket that the
//! lured browser cannot use and that they never see; and nobody gets an errand for a sign-in that is not their own.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::crypto::certificate;
use crate::crypto::hash::hash_secret;
use crate::domain::certificate::ClientCertificate;
use crate::domain::ids::SignInId;
use crate::domain::secret::SecretHash;
use crate::domain::sign_in::{OutOfOrder, SignIn};
use crate::domain::time::Timestamp;

use super::super::visitor::Visitor;
use super::super::{App, FlowError, cookie_secret, short_lived};
use super::{Proof, Refusal, Way, is_next, succeed};

/// For a connection, the choice of a certificate, and a PIN.
const ERRAND: Duration = Duration::from_secs(5 * 60);
/// For one redirect.
const TICKET: Duration = Duration::from_secs(30);

/// What the certificate's listener is asked to find out, and for whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Errand {
    sign_in: SignInId,
    browser: SecretHash,
    expires_at: Timestamp,
}

/// What it found out. Nobody has judged the certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    sign_in: SignInId,
    browser: SecretHash,
    /// DER, the certificate first; none where none was shown.
    chain: Vec<Vec<u8>>,
    expires_at: Timestamp,
}

/// Where the browser is sent for its certificate; `None` where that is not what comes next.
pub async fn send(app: &App, sign_in: &SignIn) -> Result<Option<String>, FlowError> {
    let Some(url) = &app.settings.certificate_sign_in.public_url else { return Ok(None) };
    if !is_next(app, sign_in, Way::Connection).await? {
        return Ok(None);
    }
    let secret = cookie_secret(&*app.random);
    let errand = Errand { sign_in: sign_in.id, browser: sign_in.browser, expires_at: app.clock.now() + ERRAND };
    let key = short_lived::certificate_errand(&hash_secret(secret.expose().as_bytes()));
    app.sessions.put(&key, &errand, ERRAND).await?;
    Ok(Some(url.at(&format!("/certificate/{}", secret.expose()))))
}

/// The browser has come with the errand and `shown` in its connection. Where it goes back to; `None` for an errand that was done,
/// is over, or never was.
pub async fn present(
    app: &App,
    errand: &str,
    shown: Option<Arc<ClientCertificate>>,
) -> Result<Option<String>, FlowError> {
    let now = app.clock.now();
    let errand = app.sessions.take(&short_lived::certificate_errand(&hash_secret(errand.as_bytes()))).await?;
    let Some(errand) = errand.filter(|errand| now < errand.expires_at) else { return Ok(None) };
    let chain = shown
        .map_or_else(Vec::new, |shown| std::iter::once(&shown.leaf).chain(&shown.intermediates).cloned().collect());
    let secret = cookie_secret(&*app.random);
    let ticket = Ticket { sign_in: errand.sign_in, browser: errand.browser, chain, expires_at: now + TICKET };
    let key = short_lived::certificate_ticket(&hash_secret(secret.expose().as_bytes()));
    app.sessions.put(&key, &ticket, TICKET).await?;
    let path = format!("/sign-in/{}/certificate/ticket?ticket={}", errand.sign_in, secret.expose());
    Ok(Some(app.settings.issuer.at(&path)))
}

/// Whoever brings a ticket that is not for them leaves it here.
pub async fn spend(app: &App, ticket: &str) -> Result<Option<Ticket>, FlowError> {
    let ticket = app.sessions.take(&short_lived::certificate_ticket(&hash_secret(ticket.as_bytes()))).await?;
    Ok(ticket.filter(|ticket| app.clock.now() < ticket.expires_at))
}

/// Judges what the ticket brings, in the browser that began the sign-in.
pub async fn answer(app: &App, visitor: &Visitor, sign_in: SignIn, ticket: Option<Ticket>) -> Result<Proof, FlowError> {
    let way = Way::Connection;
    if !is_next(app, &sign_in, way).await? {
        return Ok(Proof::OutOfOrder(OutOfOrder));
    }
    let tries = match succeed::enter(app, visitor, &sign_in).await? {
        Ok(tries) => tries,
        Err(refusal) => return Ok(succeed::refuse(app, visitor, &sign_in, way, refusal)),
    };
    let own = |ticket: &Ticket| (ticket.sign_in, ticket.browser) == (sign_in.id, sign_in.browser);
    let Some(Ticket { chain, .. }) = ticket.filter(own) else {
        return Ok(succeed::refuse(app, visitor, &sign_in, way, Refusal::TooLate));
    };
    let mut chain = chain.into_iter();
    let Some(leaf) = chain.next() else {
        return Ok(succeed::refuse(app, visitor, &sign_in, way, Refusal::NothingShown));
    };
    match certificate::read(leaf, chain.collect()) {
        Ok(certificate) => succeed::conclude(app, visitor, sign_in, &tries, way, certificate).await,
        Err(_) => Ok(succeed::refuse(app, visitor, &sign_in, way, Refusal::Unreadable)),
    }
}
