//! Client credentials: RFC 6749 §4.4. The client asks for itself; nobody granted anything, so there is no row and nothing to
//! refresh.

use crate::domain::audit::EventKind;
use crate::domain::client::Client;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::token::client_credentials::{ClientCredentialsRequest, allowed};

use super::{Basis, Redeemed};

pub(super) fn redeem(client: &Client, form: &Parameters) -> Result<Redeemed, OAuthError> {
    let request = ClientCredentialsRequest::read(form)?;
    Ok(Redeemed {
        basis: Basis::Client,
        scope: allowed(client, request.scope)?,
        resources: Vec::new(),
        authorization_details: Default::default(),
        binding: None,
        refresh_token: None,
        nonce: None,
        event: EventKind::TokensIssued,
    })
}
