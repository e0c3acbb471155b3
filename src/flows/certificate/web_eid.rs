//! The browser's extension signs a nonce of ours: Web eID.

use crate::credentials::certificate::web_eid::{Nonce, Token, TokenFault};
use crate::domain::sign_in::{OutOfOrder, SignIn};

use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};
use super::{Asked, Proof, Refusal, Way, is_next, succeed};

/// How long a nonce lives.
const LIFETIME: std::time::Duration = std::time::Duration::from_secs(5 * 60);

/// A nonce for this sign-in, which only the browser that began it goes on with. It replaces the one before.
pub async fn ask(app: &App, sign_in: &SignIn) -> Result<Nonce, FlowError> {
    let nonce = Nonce::new(&*app.random);
    let asked = Asked { text: nonce.as_str().to_owned(), expires_at: app.clock.now() + LIFETIME };
    app.sessions.put(&short_lived::web_eid_nonce(sign_in.id), &asked, LIFETIME).await?;
    Ok(nonce)
}

/// Holds a token against the nonce of this sign-in, which is spent whatever comes of it.
pub async fn answer(app: &App, visitor: &Visitor, sign_in: SignIn, token: &str) -> Result<Proof, FlowError> {
    let way = Way::WebEid;
    if !is_next(app, &sign_in, way).await? {
        return Ok(Proof::OutOfOrder(OutOfOrder));
    }
    let tries = match succeed::enter(app, visitor, &sign_in).await? {
        Ok(tries) => tries,
        Err(refusal) => return Ok(succeed::refuse(app, visitor, &sign_in, way, refusal)),
    };
    let asked = app.sessions.take(&short_lived::web_eid_nonce(sign_in.id)).await?;
    let Some(asked) = asked.filter(|asked| app.clock.now() < asked.expires_at) else {
        return Ok(succeed::refuse(app, visitor, &sign_in, way, Refusal::TooLate));
    };
    let nonce = Nonce::from_text(asked.text);
    match Token::parse(token).and_then(|token| token.verify(app.settings.issuer.origin(), &nonce)) {
        Ok(certificate) => succeed::conclude(app, visitor, sign_in, &tries, way, certificate).await,
        Err(fault) => {
            tracing::info!(%fault, "a Web eID token was refused");
            let refusal = match fault {
                TokenFault::Signature(_) => Refusal::NotProven,
                _ => Refusal::Unreadable,
            };
            Ok(succeed::refuse(app, visitor, &sign_in, way, refusal))
        }
    }
}
