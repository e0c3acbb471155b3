//! For whom the citizen acts, and who acts beside them. `/account/organisations` and what is below it.
//!
//! | path | its form sends |
//! |---|---|
//! | `/account/organisations` | `withdraw`, the id of a request |
//! | `…/new` | `scheme`, `code`, `name` |
//! | `…/{id}` | `withdraw`, the id of an invitation |
//! | `…/{id}/invite` | `username` and what [`crate::web::schemes`] says, `role`, `position`, `portal` (any number of them), `ends`, `delegation` (`allowed`) |
//! | `…/{id}/mandates/{id}/end` | nothing: any POST with a sound `csrf` ends it |
//! | `…/invitation` | `code`, and `choice`: `look`, `accept` or `decline` |

use std::collections::BTreeSet;

use askama::Template;

use super::Notice;
use crate::web::layout::{Form, Layout};
use crate::web::organisations::Role;
use crate::web::schemes::Schemes;
use crate::web::sign_in::Problem;
use crate::web::text::{Moment, Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/organisations.html")]
pub struct Organisations {
    pub layout: Layout,
    pub notice: Option<Notice>,
    pub form: Form,
    pub held: Vec<Mandate>,
    pub ended: Vec<Mandate>,
    pub requests: Vec<Request>,
}

/// What somebody may do, for whom, or for whom somebody else may.
#[derive(Clone, Debug)]
pub struct Mandate {
    /// Of the organisation, or of the person who acts for it.
    pub name: String,
    /// The organisation's, as it is printed on papers; `None` where a person is named.
    pub code: Option<String>,
    pub role: Role,
    pub position: Option<String>,
    /// The names of the portals that it counts at; all where there is none.
    pub portals: Vec<String>,
    pub delegation: Delegation,
    pub begins: Moment,
    pub ends: Option<Moment>,
    pub standing: Standing,
    /// The organisation's page, where the viewer may see it.
    pub page: Option<String>,
    /// The page that asks before it ends, where the viewer may end it.
    pub end: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delegation {
    Allowed,
    NotAllowed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    InForce,
    NotYet,
    /// The organisation is suspended.
    Suspended,
    /// Its holder is not known well enough, by now.
    LevelTooLow,
    Ended(Moment),
}

impl Mandate {
    pub(super) fn what(&self, voice: &impl Speaks) -> String {
        self.role.with(self.position.as_deref(), voice)
    }

    pub(super) fn place(&self, voice: &impl Speaks) -> String {
        match self.portals.is_empty() {
            true => voice.text("mandate-everywhere"),
            false => voice.list(&self.portals),
        }
    }

    pub(super) fn term(&self, voice: &impl Speaks) -> String {
        match &self.ends {
            Some(end) => {
                let args = [("from", voice.date(&self.begins).into()), ("until", voice.when(end).into())];
                voice.compose(id("mandate-term"), &args)
            }
            None => voice.text_with("mandate-term-open", "from", voice.date(&self.begins)),
        }
    }

    pub(super) fn may_delegate(&self) -> bool {
        self.delegation == Delegation::Allowed
    }

    /// Why it does not count now.
    pub(super) fn not_now(&self, voice: &impl Speaks) -> Option<String> {
        Some(match &self.standing {
            Standing::InForce => return None,
            Standing::NotYet => voice.text("mandate-not-yet"),
            Standing::Suspended => voice.text("mandate-suspended"),
            Standing::LevelTooLow => voice.text("mandate-level-too-low"),
            Standing::Ended(at) => voice.text_with("mandate-ended", "when", voice.when(at)),
        })
    }
}

/// A registration that was asked for and waits.
#[derive(Clone, Debug)]
pub struct Request {
    pub id: String,
    pub organisation: String,
    pub code: String,
    pub asked: Moment,
}

/// Asks for a registration.
#[derive(Clone, Debug, Template)]
#[template(path = "account/organisation-new.html")]
pub struct NewOrganisation {
    pub layout: Layout,
    pub form: Form,
    /// How codes are called that may be given.
    pub schemes: Vec<Scheme>,
    pub code: String,
    pub name: String,
    pub problem: Option<Problem>,
    pub allowed: Allowed,
}

/// Whether this citizen is known well enough to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    Yes,
    No,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    VnMst,
    VnAgency,
    RuOgrn,
    RuInn,
}

impl Scheme {
    pub const fn value(self) -> &'static str {
        match self {
            Self::VnMst => "vn-mst",
            Self::VnAgency => "vn-agency",
            Self::RuOgrn => "ru-ogrn",
            Self::RuInn => "ru-inn",
        }
    }

    fn name(self) -> TextId {
        match self {
            Self::VnMst => id("code-vn-mst"),
            Self::VnAgency => id("code-vn-agency"),
            Self::RuOgrn => id("code-ru-ogrn"),
            Self::RuInn => id("code-ru-inn"),
        }
    }
}

/// An organisation, to somebody who acts for it.
#[derive(Clone, Debug, Template)]
#[template(path = "account/organisation.html")]
pub struct Organisation {
    pub layout: Layout,
    pub notice: Option<Notice>,
    pub form: Form,
    pub name: String,
    pub code: String,
    /// The viewer's own.
    pub own: Vec<Mandate>,
    /// Who else acts for it now, where the viewer may see that.
    pub people: Option<Vec<Mandate>>,
    pub invitations: Vec<Invitation>,
    /// Who acted for it before.
    pub ended: Vec<Mandate>,
    /// The path of the page with those who were given a mandate before these.
    pub older: Option<String>,
    /// The path of the first page, on the others.
    pub newest: Option<String>,
    /// The page that invites somebody, where the viewer may.
    pub invite: Option<String>,
}

/// A mandate that was offered and waits.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: String,
    /// Masked.
    pub invited: String,
    pub role: Role,
    pub until: Moment,
}

impl Invitation {
    fn sentence(&self, voice: &impl Speaks) -> String {
        let args = [("role", voice.say(self.role.name()).into()), ("until", voice.when(&self.until).into())];
        voice.compose(id("invitation-waits"), &args)
    }
}

/// Offers somebody a mandate.
#[derive(Clone, Debug, Template)]
#[template(path = "account/organisation-invite.html")]
pub struct Invite {
    pub layout: Layout,
    pub form: Form,
    pub organisation: String,
    /// As what they may act.
    pub roles: Vec<Role>,
    /// Where it may count.
    pub portals: Vec<PortalChoice>,
    /// Whether it may count everywhere.
    pub everywhere: Everywhere,
    /// The last day, in figures, that the viewer may give; none where their own has no end.
    pub latest: Option<String>,
    pub schemes: Schemes,
    pub invited: String,
    pub role: Role,
    pub position: String,
    /// What the form sends of the portals that are ticked.
    pub chosen: BTreeSet<String>,
    /// A day, as it was typed.
    pub ends: String,
    pub delegation: Delegation,
    pub problem: Option<Problem>,
    pub keep: String,
}

#[derive(Clone, Debug)]
pub struct PortalChoice {
    pub value: String,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Everywhere {
    Allowed,
    NotAllowed,
}

/// The code that leads to an offer, shown once.
#[derive(Clone, Debug, Template)]
#[template(path = "account/organisation-invited.html")]
pub struct Invited {
    pub layout: Layout,
    pub organisation: String,
    pub code: String,
    pub until: Moment,
    pub back: String,
}

/// Asks before a mandate ends, and says what will happen.
#[derive(Clone, Debug, Template)]
#[template(path = "account/mandate-end.html")]
pub struct EndMandate {
    pub layout: Layout,
    pub form: Form,
    pub organisation: String,
    pub mandate: Mandate,
    pub whose: Whose,
    pub keep: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It is given back.
    Own,
    /// It is taken back.
    Others,
}

/// What somebody was offered.
#[derive(Clone, Debug, Template)]
#[template(path = "account/invitation.html")]
pub struct TakeInvitation {
    pub layout: Layout,
    pub form: Form,
    pub code: String,
    pub offered: Option<Offered>,
    pub problem: Option<Problem>,
}

#[derive(Clone, Debug)]
pub struct Offered {
    pub by: String,
    pub mandate: Mandate,
}

impl Organisations {
    fn section(&self) -> &'static str {
        "organisations"
    }

    fn asked(&self, request: &Request) -> String {
        self.layout.text_with("organisation-request-waits", "when", self.layout.when(&request.asked))
    }
}

impl NewOrganisation {
    fn section(&self) -> &'static str {
        "organisations"
    }

    fn is_allowed(&self) -> bool {
        self.allowed == Allowed::Yes
    }
}

impl Organisation {
    fn section(&self) -> &'static str {
        "organisations"
    }
}

impl Invite {
    fn section(&self) -> &'static str {
        "organisations"
    }

    fn lead(&self) -> String {
        self.layout.text_with("invite-lead", "organisation", self.organisation.as_str())
    }

    fn is_chosen(&self, portal: &str) -> bool {
        self.chosen.contains(portal)
    }

    fn may_be_passed_on(&self) -> bool {
        self.delegation == Delegation::Allowed
    }

    fn may_be_everywhere(&self) -> bool {
        self.everywhere == Everywhere::Allowed
    }

    fn ends_hint(&self) -> String {
        match &self.latest {
            Some(latest) => self.layout.text_with("invite-ends-latest", "date", latest.as_str()),
            None => self.layout.text("invite-ends-hint"),
        }
    }
}

impl Invited {
    fn section(&self) -> &'static str {
        "organisations"
    }

    fn until(&self) -> String {
        self.layout.text_with("invited-until", "until", self.layout.when(&self.until))
    }
}

impl EndMandate {
    fn section(&self) -> &'static str {
        "organisations"
    }

    fn title(&self) -> TextId {
        match self.whose {
            Whose::Own => id("give-back-title"),
            Whose::Others => id("take-back-title"),
        }
    }

    fn what(&self) -> String {
        let name = match self.whose {
            Whose::Own => self.organisation.as_str(),
            Whose::Others => self.mandate.name.as_str(),
        };
        let args = [("name", name.into()), ("organisation", self.organisation.as_str().into())];
        match self.whose {
            Whose::Own => self.layout.compose(id("give-back-what"), &args),
            Whose::Others => self.layout.compose(id("take-back-what"), &args),
        }
    }

    fn button(&self) -> TextId {
        match self.whose {
            Whose::Own => id("give-back"),
            Whose::Others => id("take-back"),
        }
    }
}

impl TakeInvitation {
    fn section(&self) -> &'static str {
        "organisations"
    }

    fn offers(&self, offered: &Offered) -> String {
        let args = [("by", offered.by.as_str().into()), ("organisation", offered.mandate.name.as_str().into())];
        self.layout.compose(id("invitation-offers"), &args)
    }
}
