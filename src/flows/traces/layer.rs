//! Makes spans of what `tracing` tells: of requests, and of the calls within them.

use std::fmt;
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::{ATTRIBUTES, CALLS, Parent, Span, hand_over};
use crate::domain::random::Random;
use crate::domain::time::Clock;

/// Every request's span, wherever it is made.
const REQUEST: &str = "request";
const NANOS_A_MICRO: u64 = 1_000;

/// What is kept of a span while it lasts; of one that is not sampled, that it is not.
enum Under {
    Way(Box<Span>),
    Unsampled,
}

/// The layer of a subscriber.
pub struct Layer {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// Of a million.
    ratio: u32,
}

impl Layer {
    /// Samples `ratio` of a million requests.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>, ratio: u32) -> Self {
        Self { clock, random, ratio }
    }

    fn nanos(&self) -> u64 {
        u64::try_from(self.clock.now().micros()).unwrap_or(0).saturating_mul(NANOS_A_MICRO)
    }

    fn is_sampled(&self) -> bool {
        u32::from_le_bytes(self.random.bytes::<4>()) % 1_000_000 < self.ratio
    }

    fn begun(&self, name: &'static str, trace: [u8; 16], parent: Option<[u8; 8]>, told: Told) -> Box<Span> {
        let began = self.nanos();
        let id = self.random.bytes::<8>();
        Box::new(Span {
            trace,
            id,
            parent,
            link: None,
            name,
            began,
            ended: began,
            attributes: told.attributes,
            status: None,
        })
    }

    /// A request: of its parent's trace where a proxy of ours says so, or of a new one.
    fn of_request(&self, told: Told) -> Under {
        let (parent, link) = (told.parent, told.link);
        if !parent.map_or_else(|| self.is_sampled(), |parent| parent.sampled) {
            return Under::Unsampled;
        }
        let trace = parent.map_or_else(|| self.random.bytes::<16>(), |parent| parent.trace);
        let mut span = self.begun(REQUEST, trace, parent.map(|parent| parent.span), told);
        span.link = link.map(|link| (link.trace, link.span));
        Under::Way(span)
    }
}

impl<S> tracing_subscriber::Layer<S> for Layer
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        let is_call = metadata.target() == CALLS;
        if !is_call && metadata.name() != REQUEST {
            return;
        }
        let Some(own) = context.span(id) else { return };
        let mut told = Told::default();
        attributes.record(&mut told);
        let under = if is_call {
            // What no request asked for is not traced: jobs go on for as long as the server does.
            let around = own.scope().skip(1).find_map(|span| match span.extensions().get::<Under>() {
                Some(Under::Way(span)) => Some(Some((span.trace, span.id))),
                Some(Under::Unsampled) => Some(None),
                None => None,
            });
            match around.flatten() {
                Some((trace, parent)) => Under::Way(self.begun(metadata.name(), trace, Some(parent), told)),
                None => return,
            }
        } else {
            self.of_request(told)
        };
        own.extensions_mut().insert(under);
    }

    /// How a request was answered is told by an event in its span.
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().fields().field("status").is_none() {
            return;
        }
        let Some(span) = context.event_span(event) else { return };
        let mut told = Told::default();
        event.record(&mut told);
        if let Some(Under::Way(span)) = span.extensions_mut().get_mut::<Under>() {
            span.status = told.status;
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(own) = context.span(&id) else { return };
        if let Some(Under::Way(mut span)) = own.extensions_mut().remove::<Under>() {
            span.ended = self.nanos().max(span.began);
            hand_over(*span);
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer").field("ratio", &self.ratio).finish_non_exhaustive()
    }
}

/// Of the fields of a span those that may be told.
#[derive(Default)]
struct Told {
    attributes: Vec<(&'static str, String)>,
    parent: Option<Parent>,
    link: Option<Parent>,
    status: Option<u16>,
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.note(field.name(), || format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "traceparent" => self.parent = Parent::parse(value),
            "linked" => self.link = Parent::parse(value),
            name => self.note(name, || value.to_owned()),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.status = u16::try_from(value).ok();
        }
    }
}

impl Told {
    fn note(&mut self, name: &str, value: impl FnOnce() -> String) {
        if let Some((_, attribute)) = ATTRIBUTES.iter().find(|(own, _)| *own == name) {
            self.attributes.push((attribute, value()));
        }
    }
}
