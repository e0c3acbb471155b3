//! The end of an account, and the accounts of minors. `/account/close`, `/account/family/{id}`

use askama::Template;

use super::{ConnectedPortal, Level};
use crate::web::claims::ClaimName;
use crate::web::layout::{Form, Layout};
use crate::web::text::{Moment, Speaks, TextId, id};

/// Asks first, and says what will happen and how long there is to think again.
#[derive(Clone, Debug, Template)]
#[template(path = "account/close.html")]
pub struct CloseAccount {
    pub layout: Layout,
    pub form: Form,
    /// When it would be closed.
    pub closes_at: Moment,
    /// Where the way back leads.
    pub keep: String,
}

impl CloseAccount {
    fn section(&self) -> &'static str {
        "security"
    }
}

/// An account that is to be closed, as the overview says it.
#[derive(Clone, Debug)]
pub struct Closing {
    pub at: Moment,
    pub keep: Form,
}

/// Somebody whom the citizen looks after, as the overview names them.
#[derive(Clone, Debug)]
pub struct WardLink {
    pub name: String,
    pub page: String,
}

/// A minor's account, as their guardian sees it.
#[derive(Clone, Debug, Template)]
#[template(path = "account/ward.html")]
pub struct Ward {
    pub layout: Layout,
    pub name: String,
    pub level: Level,
    pub standing: WardStanding,
    pub until: Moment,
    pub portals: Vec<ConnectedPortal>,
    /// `None` where it cannot be locked any more.
    pub lock: Option<Form>,
}

/// What a minor's account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WardStanding {
    /// Nobody signs in to it yet.
    Asleep,
    Active,
    Locked,
    /// The authority has put it aside.
    Suspended,
}

impl Ward {
    fn section(&self) -> &'static str {
        "overview"
    }

    fn standing(&self) -> TextId {
        match self.standing {
            WardStanding::Asleep => id("ward-asleep"),
            WardStanding::Active => id("ward-active"),
            WardStanding::Locked => id("ward-locked"),
            WardStanding::Suspended => id("ward-suspended"),
        }
    }

    fn received(&self, connected: &ConnectedPortal) -> String {
        ClaimName::list(&connected.received, &self.layout)
    }
}
