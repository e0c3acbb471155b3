//! From the sandbox into production: what stands in the way, what changes, and the change itself.
//!
//! Whoever asks is the application's owner; whoever lets it through is the authority, who sees what it was and what it will be.

use crate::domain::administration::Permission;
use crate::domain::administration::approval::{Act, Matter};
use crate::domain::audit::EventKind;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::stage::Stage;
use crate::flows::admin::{AdminError, Administrator, approvals};

use super::check_up::{CheckUp, Finding, Severity, What};

/// What was asked for, as whoever decides sees it.
#[derive(Debug)]
pub struct ProductionRequest {
    /// As it is now. It goes into production as it was judged, or is judged again.
    pub client: Client,
    version: i64,
    /// Everything that a check-up of it in production finds.
    pub findings: Vec<Finding>,
    /// Those of them that keep it out.
    pub blockers: Vec<Finding>,
    /// Whether whoever looks may ask for it, or do it: an owner may ask where somebody else approves, and nowhere else.
    pub may_be_asked: bool,
    /// Of each member that will be other than it is: its name, what it is and what it will be.
    pub changes: Vec<(&'static str, String, String)>,
}

/// What only has to be in order once citizens come.
const OWED_TO_CITIZENS: [What; 4] = [What::NoOrganisation, What::NoPurpose, What::NoPrivacyPolicy, What::NoContact];

/// Judges an application as it would be in production.
///
/// # Errors
/// `NotFound`; `Conflict` where it is there already.
pub async fn request_production(
    admin: &Administrator,
    check_up: &CheckUp,
    id: &ClientId,
) -> Result<ProductionRequest, AdminError> {
    admin.may_on(Permission::ClientRequestProduction, id)?;
    let stored = admin.store.read().await?.clients().find(id).await?;
    let stored = stored.ok_or_else(|| AdminError::NotFound(format!("there is no client {id}")))?;
    if stored.client.stage == Stage::Production {
        return Err(AdminError::Conflict(format!("client {id} is in production already")));
    }
    let after = Client { stage: Stage::Production, ..stored.client.clone() };
    let findings = check_up.of(&after, &admin.settings.issuer, admin.clock.now()).await;
    let blocks = |finding: &&Finding| finding.severity == Severity::Error || OWED_TO_CITIZENS.contains(&finding.what);
    let blockers = findings.iter().filter(blocks).cloned().collect();
    let changes = vec![
        ("stage", stored.client.stage.to_string(), after.stage.to_string()),
        ("people", "made up".to_owned(), "citizens".to_owned()),
    ];
    let may_be_asked =
        approvals::is_needed(admin, Matter::RedirectUris) || admin.authority.has(Permission::ClientPromote);
    let (client, version) = (stored.client, stored.version);
    Ok(ProductionRequest { client, version, findings, blockers, may_be_asked, changes })
}

/// Brings it there: what it held of made-up people is worth nothing from then on. Where that takes a second person its owner asks for it,
/// and whoever may do it approves.
///
/// # Errors
/// `Waits`; `Conflict` where something stands in the way, or it was changed since it was judged.
pub async fn promote(admin: &Administrator, request: ProductionRequest) -> Result<Client, AdminError> {
    admin.may_on(Permission::ClientRequestProduction, &request.client.id)?;
    if let Some(first) = request.blockers.first() {
        return Err(AdminError::Conflict(format!(
            "client {} is not ready for production: {} {}",
            request.client.id,
            first.place,
            first.what.wrong()
        )));
    }
    if approvals::is_needed(admin, Matter::RedirectUris) {
        let first = approvals::change("stage", request.client.stage.to_string(), Stage::Production.to_string());
        let changes = approvals::with_what_stands(&request.client, first)?;
        let act = Act::Promote { client: request.client.id.clone() };
        return approvals::ask(admin, admin.store.begin().await?, Matter::RedirectUris, act, changes).await;
    }
    admin.may(Permission::ClientPromote)?;
    let client = Client { stage: Stage::Production, updated_at: admin.clock.now(), ..request.client };
    let event = admin.event(EventKind::ClientPromoted).of(&client.id).with("stage", client.stage);
    let event = event.with("scopes", &client.scopes).with("redirect_uris", client.redirect_uris.join(" "));
    let mut tx = admin.store.begin().await?;
    tx.clients().replace(&client, request.version).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(client)
}
