//! Sends the audit log on to the operator's collectors, in the order of the tree's places: by syslog over TLS (RFC 5424, RFC 5425), and
//! as OTLP logs. Each collector has a cursor in the identity store: what it was sent is sent again after a failure, and nothing is
//! ever left out. Nothing else waits for it.

mod otlp;
mod syslog;

use std::time::Duration;

use url::Url;

use crate::config::{self, Settings};
use crate::domain::ids::EventId;
use crate::domain::time::Timestamp;
use crate::flows::{App, FlowError};
use crate::outbound::FetchError;

use super::export::{EventLine, event_line};
use super::live::Live;
use super::verify::Source;

/// Events that are sent together.
pub const TOGETHER: u32 = 500;
/// For so long nobody else sends; longer than anything that is waited for.
const HELD: Duration = Duration::from_secs(30);

/// One of the operator's collectors, as this server sends to it.
#[derive(Debug)]
pub struct Stream {
    collector: Collector,
    /// Which server this is, among those that could send as well.
    holder: String,
    /// Who sends: the issuer's host.
    host: String,
}

#[derive(Debug)]
enum Collector {
    Syslog(config::Syslog),
    Otlp(Url),
}

/// Why what was sent does not count as received.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error("the collector {0}")]
    Fetch(#[from] FetchError),
    #[error("the collector answered with status {0}")]
    Status(u16),
}

impl Stream {
    /// Those that the settings name.
    pub fn all(app: &App) -> Vec<Self> {
        let Settings { audit, issuer, .. } = &*app.settings;
        let stream = |collector| Self {
            collector,
            holder: EventId::new(app.clock.now(), &*app.random).to_string(),
            host: issuer.host().to_owned(),
        };
        let syslog = audit.syslog.clone().map(Collector::Syslog);
        let otlp = audit.otlp.clone().map(Collector::Otlp);
        syslog.into_iter().chain(otlp).map(stream).collect()
    }

    /// What its cursor and its figures are called.
    pub const fn name(&self) -> &'static str {
        match self.collector {
            Collector::Syslog(_) => "syslog",
            Collector::Otlp(_) => "otlp",
        }
    }

    /// Sends up to [`TOGETHER`] events: how many those were. None where all were sent, or where another server is at it.
    ///
    /// # Errors
    /// `Away`, and where the collector does not take them: then the same events are sent the next time.
    pub async fn turn(&self, app: &App) -> Result<usize, FlowError> {
        let now = app.clock.now();
        // Most of the time there is nothing to do, and a look costs no transaction.
        let mut reading = app.store.read().await?;
        let size = reading.audit_log().tree().await?.size();
        let cursor = reading.collectors().cursor(self.name()).await?;
        let retired = reading.audit_log().retirement().await?.map_or(0, |retirement| retirement.size);
        drop(reading);
        if cursor.as_ref().map_or(0, |cursor| cursor.place) >= size {
            return Ok(0);
        }
        if cursor.is_some_and(|cursor| cursor.holder != self.holder && cursor.held_until > now) {
            return Ok(0);
        }
        let mut tx = app.store.begin().await?;
        let Some(from) = tx.collectors().claim(self.name(), &self.holder, now, now + HELD).await? else {
            return Ok(0);
        };
        tx.commit().await?;
        if from < retired && from > 0 {
            tracing::error!(
                collector = self.name(),
                from,
                retired,
                "events were retired before the collector took them"
            );
        }
        let rows = Live(&app.store).rows(from.max(retired), TOGETHER).await.map_err(FlowError::failed)?;
        let Some(behind) = rows.last().map(|row| row.leaf.place + 1) else { return Ok(0) };
        let lines: Vec<EventLine> = rows.into_iter().map(event_line).collect();
        self.send(app, &lines).await.map_err(FlowError::failed)?;
        let mut tx = app.store.begin().await?;
        tx.collectors().advance(self.name(), &self.holder, behind).await?;
        tx.commit().await?;
        Ok(lines.len())
    }

    /// Counts for `/metrics` how many events it is still to be sent.
    ///
    /// # Errors
    /// `Away`.
    pub async fn note_backlog(&self, app: &App) -> Result<(), FlowError> {
        let mut reading = app.store.read().await?;
        let size = reading.audit_log().tree().await?.size();
        let retired = reading.audit_log().retirement().await?.map_or(0, |retirement| retirement.size);
        let place = reading.collectors().cursor(self.name()).await?.map_or(0, |cursor| cursor.place);
        app.metrics.audit_backlog(self.name(), size.saturating_sub(place.max(retired)));
        Ok(())
    }

    async fn send(&self, app: &App, lines: &[EventLine]) -> Result<(), Unsent> {
        match &self.collector {
            Collector::Syslog(at) => {
                let frames: Vec<u8> = lines.iter().flat_map(|line| syslog::frame(line, &self.host)).collect();
                Ok(app.outbound.hand_over(&at.host, at.port, &frames).await?)
            }
            Collector::Otlp(url) => {
                let rejected = otlp::send(&app.outbound, url, lines, &self.host).await?;
                if rejected > 0 {
                    // OTLP has it that these are not sent again.
                    let places = lines.first().zip(lines.last()).map(|(first, last)| (first.place, last.place));
                    tracing::error!(rejected, ?places, "the collector of OTLP logs refuses events");
                    app.metrics.audit_events_rejected(self.name(), rejected);
                }
                Ok(())
            }
        }
    }
}

/// What happened, for people who watch: what was let, and what was not.
fn is_success(line: &EventLine) -> bool {
    line.event.as_ref().is_some_and(|event| event.outcome == "success")
}

/// When the event was recorded, where it is there.
fn at(line: &EventLine) -> Option<Timestamp> {
    line.event.as_ref().map(|event| Timestamp::from_micros(event.at))
}

/// What is sent of an event: the line of an export, which is verified as one.
fn text(line: &EventLine) -> String {
    // Nothing of it can fail to be JSON: names are texts, and so are values but for numbers.
    serde_json::to_string(line).unwrap_or_default()
}
