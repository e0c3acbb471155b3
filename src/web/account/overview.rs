//! The account at a glance. `/account`

use askama::Template;

use super::{Closing, Event, Verified, WardLink};
use crate::web::claims::Method;
use crate::web::layout::Layout;
use crate::web::text::{Moment, Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/overview.html")]
pub struct Overview {
    pub layout: Layout,
    pub name: String,
    pub level: Level,
    /// How that was verified last.
    pub verified: Option<Verified>,
    /// What the account would be safer with.
    pub missing: Vec<Missing>,
    pub methods: Vec<SignInMethod>,
    pub recent: Vec<Event>,
    /// Where its owner wants it closed.
    pub closing: Option<Closing>,
    /// The minors whom they look after.
    pub family: Vec<WardLink>,
    /// How many requests of portals wait for an answer.
    pub waiting: usize,
}

/// How well the authority knows who this is (account level, Decree 69/2024/NĐ-CP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// 0: what the citizen said.
    Asserted,
    /// 1: matched against the population registry and a channel that the registry holds.
    Matched,
    /// 2: proven in person or by a qualified certificate.
    Proven,
}

impl Level {
    pub(super) fn number(&self) -> u8 {
        match self {
            Self::Asserted => 0,
            Self::Matched => 1,
            Self::Proven => 2,
        }
    }

    fn texts(self) -> [TextId; 3] {
        match self {
            Self::Asserted => [id("level-0"), id("level-0.meaning"), id("level-0.next")],
            Self::Matched => [id("level-1"), id("level-1.meaning"), id("level-1.next")],
            Self::Proven => [id("level-2"), id("level-2.meaning"), id("level-2.next")],
        }
    }

    pub fn title(&self) -> TextId {
        self.texts()[0]
    }

    pub(super) fn meaning(&self) -> TextId {
        self.texts()[1]
    }

    /// What raises it.
    pub(super) fn next(&self) -> TextId {
        self.texts()[2]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No channel is confirmed: nobody hears of what happens to the account.
    Contact,
    /// A password is all that opens it.
    SecondStep,
}

impl Missing {
    fn path(&self) -> &'static str {
        match self {
            Self::Contact => "/account/security/contact",
            Self::SecondStep => "/account/security",
        }
    }

    fn text(&self) -> TextId {
        match self {
            Self::Contact => id("missing-contact"),
            Self::SecondStep => id("missing-second-step"),
        }
    }
}

/// A way to sign in that the citizen has set up.
#[derive(Clone, Copy, Debug)]
pub struct SignInMethod {
    pub method: Method,
    /// Of a password it is only known where this session used it.
    pub last_used: Option<Moment>,
}

impl Overview {
    fn section(&self) -> &'static str {
        "overview"
    }

    fn waiting(&self) -> String {
        self.layout.text_with("requests-waiting", "count", self.waiting)
    }

    fn last_sign_in(&self) -> Option<String> {
        let last = self.methods.iter().filter_map(|row| Some((row.last_used?, row.method))).max_by_key(|(at, _)| *at);
        let (at, method) = last?;
        let args = [("when", self.layout.when(&at).into()), ("method", self.layout.say(method.inline()).into())];
        Some(self.layout.compose(id("last-sign-in"), &args))
    }
}
