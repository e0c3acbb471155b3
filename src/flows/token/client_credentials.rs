//! Client credentials: RFC 6749 §4.4. The client asks for itself; nobody granted anything, so there is no row and nothing to
//! refresh.

use crate::domain::audit::EventKind;
use crate::domain::client::Client;
use crate::domain::resource::ResourceId;
use crate::protocol::authorization_details::GrantedBy;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::{Held, Reach};
use crate::protocol::token::client_credentials::{ClientCredentialsRequest, allowed};

use super::super::{App, FlowError, details_types};
use super::{Basis, Redeemed};

pub(super) async fn redeem(
    app: &App,
    client: &Client,
    form: &Parameters,
    named: &[ResourceId],
) -> Result<Redeemed, FlowError> {
    let request = ClientCredentialsRequest::read(form)?;
    let registry = app.resource_servers.registry(app).await?;
    let reach = Reach { issuer: app.issuer(), registry: &registry, client };
    let scope = allowed(&reach, request.scope, named)?;
    let authorization_details = details_types::read(app, client, form, GrantedBy::Client).await?;
    let asked = Held { resources: &[], scope: &scope, authorization_details: &authorization_details };
    Ok(Redeemed {
        basis: Basis::Client,
        resources: reach.wanted(named, asked)?,
        scope,
        authorization_details,
        refresh_token: None,
        nonce: None,
        event: EventKind::TokensIssued,
    })
}
