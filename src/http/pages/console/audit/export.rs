//! `/admin/audit/export`: what was recorded within a span, taken along as the lines of an export. It is sent while it is read, however much
//! it is; that it is taken along is recorded before its first line.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::super::{Desk, address, asked, at_desk, form, found, problem, render};
use super::day_of;
use crate::domain::administration::Permission;
use crate::domain::time::Timestamp;
use crate::flows::admin::audit::export;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Act, Block, Field, Section, Weight};
use crate::web::text::Speaks;

pub const PATH: &str = "/admin/audit/export";

pub async fn ask(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    // Whoever must prove again who they are does so before they type.
    found!(desk, &site, &visit, desk.admin.may(Permission::AuditExport));
    let typed = (asked(&visit, "since").unwrap_or_default(), asked(&visit, "until").unwrap_or_default());
    asking(&visit, desk, typed, None)
}

fn asking(
    visit: &Visit,
    desk: Desk,
    (since, until): (String, String),
    wrong: Option<String>,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let back = desk.frame.back_to(Section::Audit);
    let mut page = desk.frame.page(Section::Audit, layout.text("console-export"));
    page.back = back;
    page.problem = wrong;
    let hint = Some(layout.text("console-audit-day-hint"));
    let act = Act {
        id: "export".to_owned(),
        heading: None,
        says: vec![layout.text("console-export-means")],
        form: form(visit, PATH),
        hidden: Vec::new(),
        fields: vec![
            Field { hint, ..Field::line("since", layout.text("console-since"), since) },
            Field::line("until", layout.text("console-until"), until),
        ],
        button: layout.text("console-export-take"),
        about: None,
        weight: Weight::Grave,
        cancel: None,
    };
    render(&page.with(Block::Act(Box::new(act))))
}

pub async fn take(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let given = |name| Ok::<_, Failure>(sent.single(name)?.unwrap_or_default().trim().to_owned());
    let typed = (given("since")?, given("until")?);
    // Moments name nobody: they may stand in an address.
    let return_to = address(PATH, &[("since", &typed.0), ("until", &typed.1)]);
    let desk = at_desk!(&site, &visit, &return_to);
    let now = desk.admin.clock.now();
    let read = |text: &str, otherwise| if text.is_empty() { Some(otherwise) } else { day_of(text) };
    let (Some(since), Some(until)) = (read(&typed.0, Timestamp::EPOCH), read(&typed.1, now)) else {
        let wrong = Some(desk.layout().text("console-problem-invalid"));
        return asking(&visit, desk, typed, wrong);
    };
    let lines = match export::lines(&desk.admin, (since, until)).await {
        Ok(lines) => lines,
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => return asking(&visit, desk, typed, Some(wrong)),
            None => return desk.refused(&site, &visit, error, &return_to).await,
        },
    };
    // Where it breaks off, so does the answer: nobody takes a part for the whole.
    let body = Body::from_stream(stream::try_unfold(lines, |mut lines| async move {
        let next =
            lines.next().await.inspect_err(|error| tracing::error!(%error, "an export of the audit log broke off"))?;
        Ok::<_, crate::flows::admin::AdminError>(next.map(|text| (Bytes::from(text), lines)))
    }));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/jsonl")),
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit-log.jsonl\"")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}
