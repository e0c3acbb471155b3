//! `/admin/streams`: which portals are told what happens to their people, and where anything waits.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::application::stream::badge;
use super::{address, asked, at_desk, found, render};
use crate::domain::ids::ClientId;
use crate::domain::signals::Delivery;
use crate::flows::admin::streams::{self, Waiting};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::web::console::{Block, Cell, Empty, Section, Table, moment, number};
use crate::web::text::Speaks;

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let after = asked(&visit, "after").and_then(|text| text.parse::<ClientId>().ok());
    let first = after.is_some().then(|| Section::Streams.path().to_owned());
    let found = found!(desk, &site, &visit, streams::page(&desk.admin, after, super::ROWS).await);
    let layout = desk.layout().clone();
    let row = |Waiting { stream, waiting, oldest }: Waiting| {
        let (method, at) = match &stream.delivery {
            Delivery::Push { endpoint, .. } => (layout.text("stream-delivery-push"), Some(endpoint.clone())),
            Delivery::Poll => (layout.text("stream-delivery-poll"), None),
        };
        vec![
            Cell::Name {
                text: stream.client.to_string(),
                small: None,
                href: Some(format!("/admin/applications/{}/stream", stream.client)),
            },
            Cell::Name { text: method, small: at, href: None },
            badge(&layout, stream.status),
            Cell::Number(number(&layout.voice, waiting)),
            Cell::plain(oldest.map_or_else(|| "–".to_owned(), |oldest| moment(&layout, oldest.micros()))),
        ]
    };
    let next = found.next.map(|next| address(Section::Streams.path(), &[("after", next.as_str())]));
    let rows: Vec<_> = found.items.into_iter().map(row).collect();
    let mut page = desk.frame.section(Section::Streams);
    page.lead = Some(layout.text("stream-list-lead"));
    if rows.is_empty() {
        let (title, next) = (layout.text("stream-list-none"), layout.text("stream-list-none-next"));
        return render(&page.with(Block::Empty(Empty { title, next, link: None })));
    }
    render(&page.with(Block::Table(Table {
        title: None,
        caption: layout.text("console-streams"),
        head: vec![
            layout.text("console-application"),
            layout.text("stream-delivery"),
            layout.text("console-status"),
            layout.text("stream-waiting"),
            layout.text("stream-oldest"),
        ],
        rows,
        next,
        first,
    })))
}
