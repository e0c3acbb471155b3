//! Proves a client by the certificate of its connection: RFC 8705 §2.

use crate::domain::certificate::ClientCertificate;
use crate::domain::client::{Client, ClientAuthentication};
use crate::protocol::client_auth::{Unproven, refusal, self_signed_tls_client_auth, tls_client_auth};

use super::{App, FlowError};

/// Proves `client`, which is registered for one of the two methods. The log says why it is not proven; whoever asked may be
/// anybody, and is told no more than that.
pub(super) async fn prove(
    app: &App,
    client: &Client,
    certificate: Option<&ClientCertificate>,
) -> Result<(), FlowError> {
    let unproven = match judge(app, client, certificate).await {
        Ok(()) => return Ok(()),
        Err(why) => why,
    };
    tracing::warn!(client = %client.id, why = %unproven, "a client did not prove itself with its certificate");
    Err(refusal().into())
}

async fn judge(app: &App, client: &Client, certificate: Option<&ClientCertificate>) -> Result<(), String> {
    let certificate = certificate.ok_or(Unproven::NoCertificate).map_err(|why| why.to_string())?;
    let now = app.clock.now();
    let judged = match &client.authentication {
        ClientAuthentication::TlsClientAuth { subject } => {
            tls_client_auth::verify(certificate, subject, &app.client_authorities, now)
        }
        ClientAuthentication::SelfSignedTlsClientAuth => {
            let look = |keys: &_| self_signed_tls_client_auth::verify(certificate, keys, now);
            let found = app.client_keys.find(app, &client.keys, look).await.map_err(|why| why.to_string())?;
            found.and_then(|found| found.ok_or(Unproven::NotPublished))
        }
        _ => Err(Unproven::Registration),
    };
    judged.map_err(|why| why.to_string())
}
