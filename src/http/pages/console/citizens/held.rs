//! `/admin/citizens/{citizen}/credentials/{credential}/remove` and `…/consents/{client}/withdraw`: one of what a citizen signs in with,
//! or allowed, is taken back for them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::deeds::subject;
use crate::domain::administration::Permission;
use crate::domain::ids::{CitizenId, ClientId, CredentialId};
use crate::flows::admin::access;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::act::{ActPage, Wrong};
use crate::http::pages::console::typed::Typed;
use crate::http::pages::console::{Desk, at_desk, found, named, to};
use crate::web::console::{Field, Link, Section};
use crate::web::text::{Speaks, id};

/// What is taken back.
enum Held {
    Credential(CredentialId),
    Consent(ClientId),
}

impl Held {
    fn read(kind: &str, which: &str) -> Result<Self, Failure> {
        match kind {
            "credentials" => named(which).map(Self::Credential),
            "consents" => named(which).map(Self::Consent),
            _ => Err(Fault::NotFound.into()),
        }
    }

    const fn permission(&self) -> Permission {
        match self {
            Self::Credential(_) => Permission::CredentialRemove,
            Self::Consent(_) => Permission::ConsentWithdraw,
        }
    }

    fn path(&self, citizen: CitizenId) -> String {
        match self {
            Self::Credential(id) => format!("/admin/citizens/{citizen}/held/credentials/{id}"),
            Self::Consent(client) => format!("/admin/citizens/{citizen}/held/consents/{client}"),
        }
    }
}

pub async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((citizen, kind, which)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (citizen, held): (CitizenId, _) = (named(&citizen)?, Held::read(&kind, &which)?);
    found!(desk, &site, &visit, desk.admin.may(held.permission()));
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    confirmation(&site, &visit, desk, (citizen, &held), &typed, wrong).await
}

async fn confirmation(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (citizen, held): (CitizenId, &Held),
    typed: &Typed,
    wrong: Wrong,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let (who, name) = found!(desk, site, visit, subject(&desk, citizen).await);
    let (title, means, what) = match held {
        Held::Credential(id_of) => {
            (id("desk-remove-credential"), id("desk-remove-credential-means"), id_of.to_string())
        }
        Held::Consent(client) => (id("desk-withdraw-consent"), id("desk-withdraw-consent-means"), client.to_string()),
    };
    let page = ActPage {
        section: Section::Citizens,
        title: layout.say(title),
        says: vec![who, what, layout.say(means)],
        action: &held.path(citizen),
        button: layout.say(title),
        fields: vec![Field::reason(&layout, typed.of("reason").to_owned())],
        back: Link { text: name, href: format!("/admin/citizens/{citizen}") },
        before: Vec::new(),
    };
    page.render(visit, desk, wrong)
}

pub async fn act(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((citizen, kind, which)): Path<(String, String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let (citizen, held): (CitizenId, _) = (named(&citizen)?, Held::read(&kind, &which)?);
    let action = held.path(citizen);
    Guarded::Account(&action).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, &["reason"])?;
    let return_to = typed.keep(&site, &visit, &action).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    if let Some(wrong) = Wrong::of_reason(desk.layout(), &typed) {
        return confirmation(&site, &visit, desk, (citizen, &held), &typed, wrong).await;
    }
    let (app, visitor, reason) = (&site.app, &visit.visitor, typed.of("reason"));
    let done = match &held {
        Held::Credential(id) => {
            access::remove_credential(app, &desk.admin, visitor, (citizen, *id), reason).await.map(drop)
        }
        Held::Consent(client) => {
            access::withdraw_consent(app, &desk.admin, visitor, citizen, client, Some(reason)).await
        }
    };
    match done {
        Ok(()) => {
            site.app.deliveries.wake();
            Ok(to(format!("/admin/citizens/{citizen}?done=done")))
        }
        Err(error) => match Wrong::of(desk.layout(), &error) {
            Some(wrong) => confirmation(&site, &visit, desk, (citizen, &held), &typed, wrong).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}
