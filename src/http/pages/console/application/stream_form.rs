//! What is asked of whoever opens or changes a stream.

use super::stream_words as words;
use crate::domain::signals::{Delivery, EventType, Stream};
use crate::flows::admin::Fault;
use crate::flows::admin::streams::{Method, Wanted};
use crate::http::Site;
use crate::http::error::Failure;
use crate::protocol::parameters::Parameters;
use crate::protocol::signals::configuration::Member;
use crate::web::console::{Field, FieldKind, Wrong};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

/// What the form says.
pub(super) struct Asked {
    push: bool,
    endpoint: String,
    /// It never comes back.
    authorization: String,
    events: Vec<EventType>,
    description: String,
    /// The version that is changed.
    pub(super) version: Option<i64>,
}

impl Asked {
    /// A new one, or one as it stands.
    pub(super) fn of(site: &Site, stream: Option<&Stream>) -> Self {
        let issuer = site.app.issuer();
        let all = EventType::SUPPORTED.into_iter();
        let Some(stream) = stream else {
            let (endpoint, authorization, description) = Default::default();
            return Self { push: true, endpoint, authorization, events: all.collect(), description, version: None };
        };
        let endpoint = match &stream.delivery {
            Delivery::Push { endpoint, .. } => Some(endpoint.clone()),
            Delivery::Poll => None,
        };
        Self {
            push: endpoint.is_some(),
            endpoint: endpoint.unwrap_or_default(),
            authorization: String::new(),
            events: all.filter(|kind| stream.delivers(*kind, issuer)).collect(),
            description: stream.description.clone().unwrap_or_default(),
            version: Some(stream.version()),
        }
    }

    pub(super) fn sent(sent: &Parameters) -> Result<Self, Failure> {
        let typed = |name: &'static str| Ok::<_, Failure>(sent.single(name)?.unwrap_or_default().trim().to_owned());
        let asked: Vec<&str> = sent.all("event").collect();
        Ok(Self {
            push: typed("delivery_method")? != "poll",
            endpoint: typed("endpoint_url")?,
            authorization: typed("authorization_header")?,
            events: EventType::SUPPORTED.into_iter().filter(|kind| asked.contains(&kind.as_str())).collect(),
            description: typed("description")?,
            version: sent.single("version")?.and_then(|version| version.parse().ok()),
        })
    }

    /// As the flow reads it. Where everything is chosen, what is new one day comes along.
    pub(super) fn wanted(&self, site: &Site) -> Result<Wanted, Fault> {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        if self.events.is_empty() {
            return Err(Fault::new("event", "expected one at least"));
        }
        let all = self.events.len() == EventType::SUPPORTED.len();
        let uris = || self.events.iter().map(|kind| kind.uri(site.app.issuer())).collect();
        Ok(Wanted {
            method: Some(if self.push { Method::Push } else { Method::Poll }),
            endpoint: if self.push { Some(self.endpoint.clone()) } else { some(&self.endpoint) },
            authorization: some(&self.authorization),
            events: if all { Member::Gone } else { Member::Given(uris()) },
            description: some(&self.description).map_or(Member::Gone, Member::Given),
        })
    }
}

/// The fields, each with what is wrong with it.
pub(super) fn fields(layout: &Layout, asked: &Asked, wrong: &[Fault]) -> Vec<Field> {
    let said = |name: &str| {
        let own =
            wrong.iter().filter(|fault| fault.field == name || (name == "event" && fault.field == "events_requested"));
        own.map(|fault| Wrong::english(format!("{}: {}", fault.field, fault.sentence))).collect::<Vec<_>>()
    };
    let methods = vec![
        ("push".to_owned(), layout.text("stream-delivery-push")),
        ("poll".to_owned(), layout.text("stream-delivery-poll")),
    ];
    let method = if asked.push { "push" } else { "poll" };
    let hint = match asked.version {
        Some(_) => layout.text("stream-authorization-keep"),
        None => layout.text("stream-authorization-hint"),
    };
    let events = words::EVENTS
        .iter()
        .map(|(kind, name)| (kind.as_str().to_owned(), layout.say(name()), asked.events.contains(kind)))
        .collect();
    vec![
        Field {
            wrong: said("delivery_method"),
            ..Field::choice("delivery_method", layout.text("stream-delivery"), method.to_owned(), methods)
        },
        Field {
            hint: Some(layout.text("stream-endpoint-hint")),
            wrong: said("endpoint_url"),
            ..Field::line("endpoint_url", layout.text("stream-endpoint"), asked.endpoint.clone())
        },
        Field {
            kind: FieldKind::Secret,
            hint: Some(hint),
            wrong: said("authorization_header"),
            ..Field::line("authorization_header", layout.text("stream-authorization"), String::new())
        },
        Field {
            kind: FieldKind::Several(events),
            wrong: said("event"),
            ..Field::line("event", layout.text("stream-events-asked"), String::new())
        },
        Field {
            wrong: said("description"),
            ..Field::line("description", layout.text("stream-description"), asked.description.clone())
        },
    ]
}
