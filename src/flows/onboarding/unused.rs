//! What an application is approved for and does not ask for: a permission that nobody uses is one that somebody else may.

use crate::domain::administration::Permission;
use crate::domain::client::Client;
use crate::domain::scope::Scope;
use crate::domain::stage::Stage;
use crate::domain::statistics::{Figure, Hour};
use crate::flows::admin::{AdminError, Administrator};
use crate::storage::StatisticsWindow as Window;

/// So many days it asks for a scope not once before that is told.
pub const DAYS: u32 = 90;
/// As long as counts are kept.
const KEPT_DAYS: u32 = 400;

/// Those of its scopes that it has asked for not once in [`DAYS`] days. `None` where nothing can be said of it: it is not in production, it is
/// younger than that, or scopes were not counted yet so long ago. `openid` is no scope that tells anything.
///
/// # Errors
/// `Denied`, `Away`.
pub async fn unused_scopes(admin: &Administrator, client: &Client) -> Result<Option<Vec<Scope>>, AdminError> {
    admin.may_on(Permission::ClientUsage, &client.id)?;
    let until = Hour::of(admin.clock.now()).next();
    let from = until.before(DAYS * 24).of_day();
    if client.stage != Stage::Production || Hour::of(client.created_at) > from {
        return Ok(None);
    }
    let mut reading = admin.store.read().await?;
    // Before that nobody's were: a server that has only begun to count would call every scope unused.
    let earlier = Window { from: until.before(KEPT_DAYS * 24), until: from, span: KEPT_DAYS * 24 };
    if reading.statistics().counted(Figure::ScopeUsed, earlier, None).await?.is_empty() {
        return Ok(None);
    }
    let lately = Window { from, until, span: (DAYS + 2) * 24 };
    let used = reading.statistics().counted(Figure::ScopeUsed, lately, Some(&client.id)).await?;
    let is_used = |scope: &Scope| scope.as_str() == "openid" || used.iter().any(|one| one.label == scope.as_str());
    Ok(Some(client.scopes.iter().filter(|scope| !is_used(scope)).cloned().collect()))
}
