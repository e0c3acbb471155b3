//! `/admin`: where somebody who administers begins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{Door, enter, role_name};
use crate::domain::administration::Authority;
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
    let template = Overview {
        layout: entered.layout,
        broken_glass: entered.broken_glass,
        roles,
        proven: Moment::from_micros(proven.micros()),
    };
    Ok(Page::render(&template)?.into_response())
}
