//! What is kept about the citizen, as a paper in their language.

use super::data::{Sight, defect, shown, who};
use super::{Entered, events};
use crate::domain::citizen::Verifiable;
use crate::flows::account::activity::{self, Wanted};
use crate::flows::account::{credentials, data};
use crate::flows::own_data::OwnData;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::pages::account::security::method;
use crate::web::account::paper as words;
use crate::web::claims::ClaimName;
use crate::web::layout::Layout;
use crate::web::pdf::{Paper, Row, Section};
use crate::web::text::{Moment, Speaks, id};

/// As many of the latest as a paper shows; the other forms have them all.
const EVENTS: u32 = 1_000;

pub(super) async fn of_activity(site: &Site, entered: &Entered, wanted: &Wanted) -> Result<Vec<u8>, Failure> {
    let title = entered.layout.text("activity-title");
    render(site, entered, title, vec![happened(site, entered, wanted).await?]).await
}

pub(super) async fn of_everything(site: &Site, entered: &Entered, own: &OwnData) -> Result<Vec<u8>, Failure> {
    let layout = &entered.layout;
    let mut sections = vec![identity(entered), verified(site, entered).await?, contacts(entered)];
    sections.push(methods(site, entered).await?);
    let mut allowed = Vec::new();
    for portal in &own.portals {
        let name = portal_name(site, layout, &portal.portal).await?;
        let claims: Vec<ClaimName> = portal.claims.iter().map(|claim| ClaimName::parse(claim)).collect();
        allowed.push(Row::Line {
            said: format!("{name}: {}", ClaimName::list(&claims, layout)),
            about: portal.allowed_at.clone(),
        });
    }
    sections.push(Section { title: layout.text("portals-title"), rows: allowed });
    let named = |rows: Vec<Row>, title: &'static str| Section { title: layout.say(id(title)), rows };
    let mandates = own.mandates.iter().map(|mandate| Row::Line {
        said: mandate.organisation.clone(),
        about: [mandate.position.clone(), Some(mandate.from.clone()), mandate.until.clone()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
    });
    sections.push(Section { title: words::mandates_title(layout), rows: mandates.collect() });
    let mut linked = Vec::new();
    for link in &own.linked_accounts {
        linked.push(Row::Line {
            said: format!("{}: {}", portal_name(site, layout, &link.portal).await?, link.account),
            about: link.linked_at.clone(),
        });
    }
    sections.push(named(linked, "linked-title"));
    let corrections = own.corrections.iter().map(|correction| Row::Line {
        said: correction.words.clone(),
        about: correction.answer.clone().unwrap_or_else(|| layout.text("correct-waits")),
    });
    sections.push(named(corrections.collect(), "correct-title"));
    let disclosures = own
        .disclosures
        .iter()
        .map(|disclosure| Row::Line { said: disclosure.authority.clone(), about: disclosure.legal_basis.clone() });
    sections.push(named(disclosures.collect(), "disclosed-title"));
    sections.push(happened(site, entered, &Wanted::default()).await?);
    render(site, entered, layout.text("data-title"), sections).await
}

async fn portal_name(site: &Site, layout: &Layout, portal: &str) -> Result<String, Failure> {
    let client = match portal.parse() {
        Ok(id) => site.app.clients.find(&site.app, &id).await?,
        Err(_) => None,
    };
    Ok(client.map_or_else(|| portal.to_owned(), |client| site.portal(&client, layout.voice.language).name))
}

async fn render(site: &Site, entered: &Entered, title: String, sections: Vec<Section>) -> Result<Vec<u8>, Failure> {
    let layout = &entered.layout;
    let language = layout.voice.language;
    let authority = site.brand.authority.of(language);
    let paper = Paper {
        language: language.tag(),
        title,
        lead: vec![
            entered.citizen.profile.name.clone(),
            words::made(layout, site.brand.service.of(language), authority),
            layout.text_with("times-zone", "zone", layout.voice.zone_name()),
        ],
        sections: sections.into_iter().filter(|section| !section.rows.is_empty()).collect(),
        foot: format!("{} · {}", site.brand.service.of(language), site.app.issuer()),
        made: layout.voice.now_in_utc(),
    };
    // Letters are shaped and packed: that is work, and no other request waits for it.
    let made = tokio::task::spawn_blocking(move || paper.render()).await.map_err(defect)?;
    made.map_err(defect)
}

fn identity(entered: &Entered) -> Section {
    let layout = &entered.layout;
    let claims = who(&entered.citizen, Sight::Whole);
    let facts = claims.iter().map(|claim| Row::Fact { name: claim.label(layout), value: claim.shown(layout) });
    let level = super::overview::level(entered.citizen.account_level);
    let level = Row::Fact { name: layout.text("account-level"), value: layout.say(level.title()) };
    Section { title: layout.text("data-who"), rows: facts.chain([level]).collect() }
}

async fn verified(site: &Site, entered: &Entered) -> Result<Section, Failure> {
    let layout = &entered.layout;
    let standing = data::verified(&site.app, entered.citizen.id).await?;
    let rows = standing
        .iter()
        .map(shown)
        .map(|verified| Row::Line { said: verified.sentence(layout), about: layout.date(&verified.at) });
    Ok(Section { title: words::verified_title(layout), rows: rows.collect() })
}

fn contacts(entered: &Entered) -> Section {
    let layout = &entered.layout;
    let profile = &entered.citizen.profile;
    let fact = |name: String, known: &Option<Verifiable>| {
        let known = known.as_ref()?;
        let standing = layout.say(if known.verified { id("contact-verified") } else { id("contact-unverified") });
        Some(Row::Fact { name, value: format!("{} · {standing}", known.value) })
    };
    let email = fact(ClaimName::Email.label(layout), &profile.email);
    let phone = fact(ClaimName::Phone.label(layout), &profile.phone_number);
    Section { title: layout.text("contact-title"), rows: [email, phone].into_iter().flatten().collect() }
}

async fn methods(site: &Site, entered: &Entered) -> Result<Section, Failure> {
    let layout = &entered.layout;
    let held = credentials::list(&site.app, entered.citizen.id).await?;
    let rows = held.iter().map(|own| {
        let added = Moment::from_micros(own.credential.created_at.micros());
        Row::Line {
            said: format!("{} · {}", method(&own.credential).title(layout), own.credential.name),
            about: layout.date(&added),
        }
    });
    Ok(Section { title: layout.text("sign-in-methods"), rows: rows.collect() })
}

async fn happened(site: &Site, entered: &Entered, wanted: &Wanted) -> Result<Section, Failure> {
    let layout = &entered.layout;
    let (page, next) = activity::page(&site.app, entered.citizen.id, wanted, None, EVENTS).await?;
    let events = events::shown(site, &page, layout.voice.language).await?;
    let mut rows: Vec<Row> =
        events.iter().map(|event| Row::Line { said: event.told(layout), about: event.circumstances(layout) }).collect();
    if next.is_some() {
        rows.push(Row::Note(words::more(layout, EVENTS)));
    }
    if rows.is_empty() {
        rows.push(Row::Note(layout.text("filter-nothing")));
    }
    Ok(Section { title: layout.text("activity-title"), rows })
}
