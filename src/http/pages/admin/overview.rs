//! `/admin`: where somebody who administers begins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{Door, enter, refused, role_name};
use crate::domain::administration::{Authority, Permission};
use crate::flows::admin::proposals;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::page::Page;
use crate::web::admin::Overview;
use crate::web::text::Moment;

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit, "/admin").await? {
        Door::Open(entered) => *entered,
        Door::Closed(response) => return Ok(response),
    };
    let (roles, proven) = match &entered.admin.authority {
        Authority::Staff(staff) => (staff.roles.iter().copied().map(role_name).collect(), staff.proven_at),
        Authority::Shell => (Vec::new(), entered.admin.clock.now()),
    };
    // Nobody is asked for it whose role does not show it.
    let waiting = match entered.admin.authority.has(Permission::ApprovalList) {
        false => 0,
        true => match proposals::list(&entered.admin).await {
            Ok(waiting) => waiting.len(),
            Err(error) => {
                return Ok(refused(&site, &visit, entered.layout, error, "/admin").await??);
            }
        },
    };
    let template = Overview {
        waiting,
        layout: entered.layout,
        broken_glass: entered.broken_glass,
        roles,
        proven: Moment::from_micros(proven.micros()),
    };
    Ok(Page::render(&template)?.into_response())
}
