//! `/account/activity`: every sign-in and every release of data, looked through and by cursor.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Door, Entered, enter, events};
use crate::domain::ids::EventId;
use crate::domain::time::Timestamp;
use crate::flows::account::activity::{self, Topic, Wanted};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::Visit;
use crate::http::page::Page;
use crate::protocol::parameters::Parameters;
use crate::web::account::{Activity, ActivityFilter, ActivityTopic};

pub const PATH: &str = "/account/activity";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    let before: Option<EventId> = query.single("before")?.map(str::parse).transpose().map_err(|_| Fault::NotFound)?;
    let looked = Looked::read(&query, &site.app.settings.authority.time_zone)?;
    let Some(wanted) = looked.wanted.clone() else {
        let filter = filter(&site, &entered, &looked).await?;
        let template =
            Activity { events: Vec::new(), older: None, newest: None, malformed: true, filter, layout: entered.layout };
        return Ok(Page::render(&template)?.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
    };
    let (page, next) = activity::list(&site.app, entered.citizen.id, &wanted, before).await?;
    let template = Activity {
        events: events::shown(&site, &page, entered.layout.voice.language).await?,
        older: next.map(|id| looked.path(Some(id))),
        newest: before.map(|_| looked.path(None)),
        malformed: false,
        filter: filter(&site, &entered, &looked).await?,
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

/// What stands in the address, and what it means.
pub(super) struct Looked {
    /// None where a date is none, or the last day lies before the first.
    pub(super) wanted: Option<Wanted>,
    topic: Option<Topic>,
    portal: String,
    from: String,
    to: String,
}

impl Looked {
    pub(super) fn read(query: &Parameters, zone: &TimeZone) -> Result<Self, Failure> {
        let topic = query.single("kind")?.map(|word| topic(word).ok_or(Fault::NotFound)).transpose()?;
        let portal = query.single("portal")?;
        let client = portal.map(str::parse).transpose().map_err(|_| Fault::NotFound)?;
        let (from, to) = (query.single("from")?, query.single("to")?);
        // As a browser writes a day, and not the day of a moment.
        let is_day = |text: &&str| text.len() == "2026-11-20".len();
        let day = |text: Option<&str>| {
            text.map(|text| Some(text).filter(is_day).unwrap_or_default().parse::<Date>()).transpose()
        };
        let wanted = match (day(from), day(to)) {
            (Ok(from), Ok(to)) if from.zip(to).is_none_or(|(from, to)| from <= to) => Some(Wanted {
                topic,
                client,
                since: from.and_then(|day| begin(day, zone)),
                // The last day whole.
                until: to.and_then(|day| begin(day.tomorrow().ok()?, zone)),
            }),
            _ => None,
        };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(Self { wanted, topic, portal: text(portal), from: text(from), to: text(to) })
    }

    /// Where the same is looked for, older than `before`.
    pub(super) fn path(&self, before: Option<EventId>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let kind = self.topic.map(word).unwrap_or_default();
        let pairs = [("kind", kind), ("portal", &self.portal), ("from", &self.from), ("to", &self.to)];
        for (name, value) in pairs.into_iter().chain([("before", before.as_str())]) {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        match query.finish() {
            none if none.is_empty() => PATH.to_owned(),
            query => format!("{PATH}?{query}"),
        }
    }
}

/// When a day begins where the operator is.
fn begin(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(Timestamp::from_micros(day.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond()))
}

const fn word(topic: Topic) -> &'static str {
    match topic {
        Topic::SignIns => "sign-ins",
        Topic::Releases => "releases",
        Topic::Organisations => "organisations",
        Topic::Security => "security",
    }
}

fn topic(text: &str) -> Option<Topic> {
    Topic::ALL.into_iter().find(|topic| word(*topic) == text)
}

async fn filter(site: &Site, entered: &Entered, looked: &Looked) -> Result<ActivityFilter, Failure> {
    let language = entered.layout.voice.language;
    let mut portals = Vec::new();
    for id in activity::clients(&site.app, entered.citizen.id).await? {
        let client = site.app.clients.find(&site.app, &id).await?;
        portals.push((
            id.to_string(),
            client.map_or_else(|| id.to_string(), |client| site.portal(&client, language).name),
        ));
    }
    Ok(ActivityFilter {
        topic: looked.topic.map(|topic| match topic {
            Topic::SignIns => ActivityTopic::SignIns,
            Topic::Releases => ActivityTopic::Releases,
            Topic::Organisations => ActivityTopic::Organisations,
            Topic::Security => ActivityTopic::Security,
        }),
        portals,
        portal: looked.portal.clone(),
        from: looked.from.clone(),
        to: looked.to.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(query: &str) -> Looked {
        Looked::read(&Parameters::decode(query.as_bytes()).unwrap(), &TimeZone::get("Asia/Ho_Chi_Minh").unwrap())
            .unwrap()
    }

    #[test]
    fn a_day_is_the_operator_s_and_the_last_one_is_whole() {
        let wanted = looked("from=2026-11-20&to=2026-11-20").wanted.unwrap();
        let micros =
            |text: &str| Some(Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond()));
        assert_eq!(wanted.since, micros("2026-11-19T17:00:00Z"));
        assert_eq!(wanted.until, micros("2026-11-20T17:00:00Z"));
    }

    #[test]
    fn days_that_are_none_or_lie_the_wrong_way_round_are_no_filter() {
        for query in ["from=yesterday", "to=2026-02-30", "from=2026-11-21&to=2026-11-20", "from=2026-11-20T00:00"] {
            assert!(looked(query).wanted.is_none(), "{query}");
        }
        assert_eq!(looked("kind=&portal=&from=&to=").wanted, Some(Wanted::default()));
    }

    #[test]
    fn what_is_looked_for_stays_in_the_address() {
        let query = "kind=releases&portal=tax-office&from=2026-11-01&to=2026-11-20";
        assert_eq!(looked(query).path(None), format!("/account/activity?{query}"));
        assert_eq!(looked("kind=").path(None), PATH);
    }
}
