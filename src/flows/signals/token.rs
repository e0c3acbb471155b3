//! An event as a client receives it.

use crate::crypto::jws::Typ;
use crate::domain::client::Client;
use crate::domain::signals::{SecurityEvent, Stream, Subject};
use crate::protocol::signals::token::SecurityEventClaims;

use super::super::protection::Protection;
use super::super::{App, FlowError};

/// Signed, and encrypted where the client has its ID tokens so: what it can verify of those, it can verify of this.
pub(super) async fn token(
    app: &App,
    client: &Client,
    stream: &Stream,
    event: &SecurityEvent,
) -> Result<String, FlowError> {
    let subject = match &event.subject {
        Subject::Citizen(citizen) => app.keys.subject(client, *citizen),
        Subject::Session { .. } | Subject::Stream => String::new(),
    };
    let claims = SecurityEventClaims::new(app.issuer(), stream, event, &subject);
    let protection = Protection::of_id_tokens(app, client).await?;
    protection.token(app, Typ::SecurityEvent, &claims, app.clock.now()).await
}
