//! What was counted by the hour, for those who keep the deployment running.

use crate::domain::administration::Permission;
use crate::domain::ids::ClientId;
use crate::domain::statistics::{Counted, Figure, Hour};
use crate::storage::StatisticsWindow as Window;

use super::{AdminError, Administrator};

/// So many spans of so many hours, the last of which holds the present hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub spans: u32,
    pub hours: u32,
    /// How many hours after the present one belong to the last of them: a day is counted from midnight, and has not ended.
    pub ahead: u32,
}

impl Span {
    /// When the last of them ends.
    fn until(self, admin: &Administrator) -> Hour {
        Hour::of(admin.clock.now()).next().after(self.ahead)
    }

    fn window(self, admin: &Administrator) -> Window {
        let until = self.until(admin);
        Window { from: until.before(self.spans.saturating_mul(self.hours)), until, span: self.hours.max(1) }
    }

    /// When each of its spans begins.
    pub fn begin(self, admin: &Administrator) -> Vec<Hour> {
        let until = self.until(admin);
        (0..self.spans).map(|span| until.before((self.spans - span).saturating_mul(self.hours))).collect()
    }
}

/// Counts of one figure; spans in which nothing was counted are left out.
///
/// # Errors
/// `Denied`.
pub async fn counted(admin: &Administrator, figure: Figure, span: Span) -> Result<Vec<Counted>, AdminError> {
    admin.may(Permission::FiguresShow)?;
    Ok(admin.store.read().await?.statistics().counted(figure, span.window(admin), None).await?)
}

/// Counts of one application.
///
/// # Errors
/// `Denied`.
pub async fn of_client(
    admin: &Administrator,
    client: &ClientId,
    figure: Figure,
    span: Span,
) -> Result<Vec<Counted>, AdminError> {
    admin.may_on(Permission::ClientUsage, client)?;
    Ok(admin.store.read().await?.statistics().counted(figure, span.window(admin), Some(client)).await?)
}

/// The applications with most of one figure, the first first.
///
/// # Errors
/// `Denied`.
pub async fn by_client(
    admin: &Administrator,
    figure: Figure,
    span: Span,
    limit: u32,
) -> Result<Vec<(Option<ClientId>, u64)>, AdminError> {
    admin.may(Permission::FiguresShow)?;
    Ok(admin.store.read().await?.statistics().by_client(figure, span.window(admin), limit).await?)
}
