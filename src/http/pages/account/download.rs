//! `/account/data/download`: what is kept about the citizen, for them to take away: JSON, CSV or PDF.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use serde_json::json;

use super::activity::Looked;
use super::data::{DOWNLOAD, PATH};
use super::{Door, Entered, enter_for_sensitive, events, paper};
use crate::domain::ids::{CitizenId, EventId};
use crate::flows::account::activity::{self, Wanted};
use crate::flows::account::data::{self, What};
use crate::flows::{FlowError, own_data, session};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Visit};
use crate::http::page::{SeeOther, safety};
use crate::web::account::paper as words;
use crate::web::csv;
use crate::web::layout::Layout;

/// Events that are read at once.
const AT_ONCE: u32 = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    Pdf,
}

impl Format {
    fn parse(text: &str) -> Option<Self> {
        [Self::Json, Self::Csv, Self::Pdf].into_iter().find(|format| format.as_str() == text)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }
}

pub async fn take(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    DOWNLOAD.check(&visit, &form)?;
    // Whoever finds a computer unlocked takes nothing away.
    let entered = match enter_for_sensitive(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let format = form.single("format")?.and_then(Format::parse).ok_or(Fault::NotFound)?;
    let what = match form.single("what")? {
        Some("everything") if format != Format::Csv => What::Everything,
        Some("activity") => What::Activity,
        _ => return Err(Fault::NotFound.into()),
    };
    let looked = Looked::read(&form, &site.app.settings.authority.time_zone)?;
    // The activity's own page says what is wrong with the days.
    let Some(wanted) = looked.wanted.clone() else { return Ok(SeeOther::to(looked.path(None)).into_response()) };
    data::take(&site.app, &visit.visitor, &entered.current, what, format.as_str()).await?;
    let name = match what {
        What::Everything => "data",
        What::Activity => "activity",
    };
    let file = format!("senid-{name}-{}.{}", entered.layout.voice.today(), format.as_str());
    let body = match (format, what) {
        (Format::Pdf, What::Everything) => whole_paper(&site, &entered).await?,
        (Format::Pdf, What::Activity) => paper::of_activity(&site, &entered, &wanted).await?.into(),
        (Format::Json, What::Everything) => whole_document(&site, &entered).await?,
        (Format::Json, What::Activity) => {
            let head = head(&site, &entered).to_string();
            lines(site, *entered, wanted, Kind::Json, opened(&head))
        }
        (Format::Csv, _) => lines(site, *entered, wanted, Kind::Csv, String::new()),
    };
    Ok((headers(format, &file), body).into_response())
}

fn headers(format: Format, file: &str) -> HeaderMap {
    let mut headers: HeaderMap = safety().collect();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    // A file's name here is ASCII without a quotation mark.
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{file}\""));
    headers.extend(disposition.map(|value| (CONTENT_DISPOSITION, value)));
    headers
}

/// What every document begins with.
fn head(site: &Site, entered: &Entered) -> serde_json::Value {
    json!({
        "format": own_data::FORMAT,
        "version": own_data::VERSION,
        "issuer": site.app.issuer(),
        "made_at": own_data::time(site.app.clock.now()),
        "language": entered.layout.voice.language.tag(),
    })
}

/// An object that goes on with the activity.
fn opened(object: &str) -> String {
    format!("{},\"activity\":[", object.strip_suffix('}').unwrap_or(object))
}

async fn whole_document(site: &Arc<Site>, entered: &Entered) -> Result<Body, Failure> {
    let mut document = head(site, entered);
    let everything = data::everything(&site.app, &entered.citizen).await?;
    let sessions: Vec<_> = session::list(&site.app, entered.citizen.id)
        .await?
        .iter()
        .map(|found| {
            json!({
                "device": found.session.device,
                "network": found.session.address,
                "signed_in_at": own_data::time(found.session.started_at),
                "last_seen_at": own_data::time(found.session.last_seen_at),
            })
        })
        .collect();
    if let (Some(document), serde_json::Value::Object(rest)) =
        (document.as_object_mut(), serde_json::to_value(&everything).map_err(FlowError::failed)?)
    {
        document.extend(rest);
        document.insert("sessions".to_owned(), sessions.into());
    }
    let (site, layout) = (site.clone(), entered.layout.clone());
    Ok(stream_of(Lines {
        site,
        layout,
        citizen: entered.citizen.id,
        wanted: Wanted::default(),
        kind: Kind::Json,
        next: Next::Head(opened(&document.to_string())),
        any: false,
    }))
}

async fn whole_paper(site: &Arc<Site>, entered: &Entered) -> Result<Body, Failure> {
    let everything = data::everything(&site.app, &entered.citizen).await?;
    Ok(paper::of_everything(site, entered, &everything).await?.into())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Csv,
}

/// The activity, written while it is read: however long it is, a page of it is in memory.
struct Lines {
    site: Arc<Site>,
    layout: Layout,
    citizen: CitizenId,
    wanted: Wanted,
    kind: Kind,
    next: Next,
    /// Whether a line was written: the next one has a comma before it.
    any: bool,
}

enum Next {
    Head(String),
    Page(Option<EventId>),
    Tail,
    Done,
}

fn lines(site: Arc<Site>, entered: Entered, wanted: Wanted, kind: Kind, head: String) -> Body {
    let head = match kind {
        Kind::Json => head,
        Kind::Csv => {
            let names = words::columns(&entered.layout);
            format!("{}{}", csv::MARK, csv::line(names.iter().map(String::as_str)))
        }
    };
    let citizen = entered.citizen.id;
    stream_of(Lines { site, layout: entered.layout, citizen, wanted, kind, next: Next::Head(head), any: false })
}

fn stream_of(lines: Lines) -> Body {
    Body::from_stream(stream::try_unfold(lines, |mut lines| async move {
        Ok::<_, FlowError>(lines.write().await?.map(|text| (Bytes::from(text), lines)))
    }))
}

impl Lines {
    /// What comes next; none once all is written. An error breaks the answer off, and what has come is no document.
    async fn write(&mut self) -> Result<Option<String>, FlowError> {
        match std::mem::replace(&mut self.next, Next::Done) {
            Next::Head(text) => {
                self.next = Next::Page(None);
                Ok(Some(text))
            }
            Next::Page(before) => {
                let (events, next) =
                    activity::page(&self.site.app, self.citizen, &self.wanted, before, AT_ONCE).await?;
                self.next = next.map_or(Next::Tail, |next| Next::Page(Some(next)));
                let mut text = String::new();
                match self.kind {
                    Kind::Json => {
                        for event in &events {
                            text.push_str(if std::mem::replace(&mut self.any, true) { ",\n" } else { "\n" });
                            let line = serde_json::to_string(&own_data::happened(event)).map_err(FlowError::failed)?;
                            text.push_str(&line);
                        }
                    }
                    Kind::Csv => {
                        for event in events::shown(&self.site, &events, self.layout.voice.language).await? {
                            let cells = event.cells(&self.layout);
                            text.push_str(&csv::line(cells.iter().map(String::as_str)));
                        }
                    }
                }
                Ok(Some(text))
            }
            Next::Tail if self.kind == Kind::Json => Ok(Some("\n]}\n".to_owned())),
            Next::Tail | Next::Done => Ok(None),
        }
    }
}
