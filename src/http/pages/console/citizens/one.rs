//! `/admin/citizens/{citizen}`: one citizen as their role shows them, and the ways to everything that can be done.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::counter::Errand;
use super::deeds::Deed;
use super::{part, standing};
use crate::domain::administration::Permission;
use crate::domain::credential::CredentialKind;
use crate::domain::guardianship::Guardianship;
use crate::domain::ids::CitizenId;
use crate::domain::time::Timestamp;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::show_citizen::{self, Shown, Sight};
use crate::flows::admin::{access, guardians};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::pages::console::statistics::method_name;
use crate::http::pages::console::{Desk, address, at_desk, found, named, notice, render};
use crate::web::claims::ClaimName;
use crate::web::console::{Block, Cell, Facts, Link, Section, Tone, moment};
use crate::web::device::Device;
use crate::web::layout::Layout;
use crate::web::text::Speaks;

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(citizen): Path<String>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let citizen: CitizenId = named(&citizen)?;
    let shown = show_citizen::show(&desk.admin, &Who::Id(citizen), &Sight::Masked).await;
    let shown = found!(desk, &site, &visit, shown);
    one(&site, &visit, desk, &shown, false).await
}

/// One citizen as they were shown.
pub(super) async fn one(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    shown: &Shown,
    revealed: bool,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let citizen = &shown.citizen;
    let path = format!("/admin/citizens/{}", citizen.id);
    let mut rows = vec![
        (layout.text("console-status"), standing(&layout, citizen.status)),
        (layout.text("console-level"), Cell::Number(i16::from(citizen.account_level).to_string())),
    ];
    rows.extend(
        shown.particulars.iter().map(|(name, value)| (particular(name).label(&layout), Cell::plain(value.as_str()))),
    );
    rows.push((layout.text("console-created"), Cell::plain(moment(&layout, citizen.created_at.micros()))));
    if let Some(password) = &shown.password {
        rows.push((
            layout.text("console-password-changed"),
            Cell::plain(moment(&layout, password.changed_at.micros())),
        ));
    }
    let mut blocks = Vec::new();
    if revealed {
        blocks.push(Block::Note(layout.text("console-revealed")));
    }
    // Who it is comes before what can be done to them: on a telephone the deeds fill a screen.
    blocks.push(Block::Facts(Facts { heading: layout.text("console-particulars"), rows }));
    let mut ways = Vec::new();
    for deed in Deed::ALL {
        let leads = deed.transition().is_none_or(|transition| transition.from().contains(&citizen.status));
        // Who is seen already is not asked whether to.
        if leads && desk.has(deed.permission()) && !(revealed && deed == Deed::Reveal) {
            ways.push(Link { text: layout.say(deed.button()), href: format!("{path}/{}", deed.path()) });
        }
    }
    if desk.has(Permission::AuditRead) {
        let href = address("/admin/audit", &[("citizen", &citizen.id.to_string())]);
        ways.push(Link { text: layout.text("console-audit-of"), href });
    }
    if !ways.is_empty() {
        blocks.push(Block::Links(ways));
    }
    let errands: Vec<Link> = Errand::ALL
        .into_iter()
        .filter(|errand| desk.has(errand.permission()))
        .map(|errand| Link { text: layout.say(errand.words().0), href: format!("{path}/counter/{}", errand.path()) })
        .collect();
    if !errands.is_empty() && !citizen.status.has_ended() {
        blocks.push(Block::Links(errands));
    }
    if !shown.aliases.is_empty() {
        blocks.push(numbers(&layout, shown));
    }
    if desk.has(Permission::CitizenGuardiansShow) {
        let (_, found) = found!(desk, site, visit, guardians::list(&desk.admin, &Who::Id(citizen.id)).await);
        if !found.is_empty() {
            blocks.push(looked_after(&layout, &found, desk.admin.clock.now()));
        }
    }
    let seen = found!(desk, site, visit, access::all(&site.app, &desk.admin, citizen.id).await);
    if let Some(held) = &seen.credentials {
        let rows = held.iter().map(|credential| {
            let method = match credential.kind {
                CredentialKind::WebAuthn => "webauthn",
                CredentialKind::Certificate => "certificate",
                CredentialKind::Totp => "totp",
                CredentialKind::RecoveryCodes => "recovery",
            };
            vec![
                Cell::Name {
                    text: method_name(&layout, method),
                    small: None,
                    href: desk
                        .has(Permission::CredentialRemove)
                        .then(|| format!("{path}/held/credentials/{}", credential.id)),
                },
                Cell::plain(moment(&layout, credential.created_at.micros())),
                Cell::plain(credential.last_used_at.map_or_else(|| "–".to_owned(), |at| moment(&layout, at.micros()))),
            ]
        });
        blocks.push(part(
            layout.text("console-methods"),
            vec![layout.text("console-method"), layout.text("console-created"), layout.text("console-last-used")],
            rows.collect(),
            layout.text("console-methods-none"),
        ));
    }
    if let Some(live) = &seen.sessions {
        let rows = live
            .iter()
            .map(|current| {
                let session = &current.session;
                vec![
                    Cell::Name {
                        text: Device::from_user_agent(&session.device).name(&layout),
                        small: Some(session.address.clone()),
                        href: None,
                    },
                    Cell::plain(moment(&layout, session.started_at.micros())),
                    Cell::plain(moment(&layout, session.last_seen_at.micros())),
                ]
            })
            .collect();
        blocks.push(part(
            layout.text("console-sessions"),
            vec![layout.text("console-device"), layout.text("console-since"), layout.text("console-last-used")],
            rows,
            layout.text("console-sessions-none"),
        ));
    }
    if let Some(given) = &seen.consents {
        let mut rows = Vec::new();
        for consent in given {
            let client = site.app.clients.find(&site.app, &consent.client).await?;
            let name = client.map(|client| site.portal(&client, layout.voice.language).name);
            rows.push(vec![
                Cell::Name {
                    text: name.unwrap_or_else(|| consent.client.to_string()),
                    small: Some(consent.client.to_string()),
                    href: desk
                        .has(Permission::ConsentWithdraw)
                        .then(|| format!("{path}/held/consents/{}", consent.client)),
                },
                Cell::plain(consent.claims.iter().cloned().collect::<Vec<_>>().join(", ")),
                Cell::plain(moment(&layout, consent.updated_at.micros())),
            ]);
        }
        blocks.push(part(
            layout.text("console-consents"),
            vec![layout.text("console-application"), layout.text("console-claims"), layout.text("console-since")],
            rows,
            layout.text("console-consents-none"),
        ));
    }
    let back = desk.frame.back_to(Section::Citizens);
    let title = if revealed { citizen.profile.name.clone() } else { citizen.profile.masked_name() };
    let mut page = desk.frame.page(Section::Citizens, title);
    page.back = back;
    page.notice = notice(&layout, visit);
    page.blocks = blocks;
    render(&page)
}

/// Numbers that they sign in with beside the identifier, as they may be seen.
fn numbers(layout: &Layout, shown: &Shown) -> Block {
    let row = |alias: &show_citizen::ShownAlias| {
        let standing = match (alias.until, alias.shared) {
            (Some(_), _) => Cell::badge(layout.text("console-mandate-ended"), Tone::Plain),
            (None, true) => Cell::badge(layout.text("desk-number-shared"), Tone::Care),
            (None, false) => Cell::badge(layout.text("console-mandate-stands"), Tone::Done),
        };
        vec![
            Cell::Name { text: alias.number.clone(), small: Some(alias.kind.as_str().to_owned()), href: None },
            Cell::plain(moment(layout, alias.since.micros())),
            standing,
        ]
    };
    let head = vec![layout.text("console-number"), layout.text("console-since"), layout.text("console-status")];
    part(layout.text("desk-numbers"), head, shown.aliases.iter().map(row).collect(), String::new())
}

/// Who looks after a minor's account, or did.
fn looked_after(layout: &Layout, found: &[Guardianship], now: Timestamp) -> Block {
    let row = |own: &Guardianship| {
        let standing = match own.stands(now) {
            true => Cell::badge(layout.text("console-mandate-stands"), Tone::Done),
            false => Cell::badge(layout.text("console-mandate-ended"), Tone::Plain),
        };
        vec![
            Cell::name(own.guardian.to_string(), format!("/admin/citizens/{}", own.guardian)),
            Cell::plain(own.evidence.as_str()),
            Cell::plain(moment(layout, own.since.micros())),
            Cell::plain(moment(layout, own.until.micros())),
            standing,
        ]
    };
    let head = vec![
        layout.text("desk-guardian"),
        layout.text("desk-guardian-evidence"),
        layout.text("console-since"),
        layout.text("console-until"),
        layout.text("console-status"),
    ];
    part(layout.text("desk-guardians"), head, found.iter().map(row).collect(), String::new())
}

/// What a line of the particulars is called. The files of the authorities say `scheme` where the claims say whose number it is.
fn particular(name: &str) -> ClaimName {
    match name {
        "scheme" => ClaimName::NationalIdScheme,
        name => ClaimName::parse(name),
    }
}
