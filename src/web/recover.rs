//! The way back for whoever has lost what opens their account. `/recover`, `/recover/stop/{secret}`
//!
//! The first one's form sends `username`, `code` and `password`, and what [`super::schemes`] says; the other's nothing.

use askama::Template;

use super::layout::{Form, Layout};
use super::schemes::Schemes;
use super::sign_in::Problem;
use super::text::{Moment, Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "recover.html")]
pub struct Recover {
    pub layout: Layout,
    pub form: Form,
    /// What was typed before, kept.
    pub username: String,
    pub schemes: Schemes,
    /// The least number of characters of a new password.
    pub least: u32,
    /// How many hours pass before a recovery by a code of one's own takes effect.
    pub hours: u64,
    pub problem: Option<Problem>,
}

/// What came of it, or of stopping it.
#[derive(Clone, Debug, Template)]
#[template(path = "recovered.html")]
pub struct Recovered {
    pub layout: Layout,
    pub how: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The new password opens the account once so many hours have passed.
    Waiting {
        hours: u64,
    },
    /// It does now.
    Finished,
    Stopped,
    /// The link stops nothing: it was used, or came too late.
    NothingToStop,
}

/// Asks before a recovery is stopped.
#[derive(Clone, Debug, Template)]
#[template(path = "recover-stop.html")]
pub struct StopRecovery {
    pub layout: Layout,
    pub form: Form,
    /// When it takes effect otherwise.
    pub until: Moment,
}

impl Recovered {
    fn texts(&self) -> [TextId; 2] {
        match self.how {
            Outcome::Waiting { .. } => [id("recovered-waiting"), id("recovered-waiting.meaning")],
            Outcome::Finished => [id("recovered-finished"), id("recovered-finished.meaning")],
            Outcome::Stopped => [id("recovery-stopped"), id("recovery-stopped.meaning")],
            Outcome::NothingToStop => [id("recovery-nothing"), id("recovery-nothing.meaning")],
        }
    }

    fn title(&self) -> TextId {
        self.texts()[0]
    }

    fn meaning(&self) -> String {
        match self.how {
            Outcome::Waiting { hours } => self.layout.compose(self.texts()[1], &[("hours", hours.into())]),
            _ => self.layout.say(self.texts()[1]),
        }
    }
}
