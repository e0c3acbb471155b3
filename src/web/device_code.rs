//! The pages of a sign-in that another device waits for (RFC 8628). `/device`, `/device/done`
//!
//! The first sends `user_code`. What is asked after that is the consent page's question, with [`Elsewhere`] at its head.

use askama::Template;

use super::device::Device;
use super::layout::{Form, Layout};
use super::text::{Moment, Speaks, id};

/// Where the code is entered, or confirmed by someone who followed a link that has it.
#[derive(Clone, Debug, Template)]
#[template(path = "device_code.html")]
pub struct EnterCode {
    pub layout: Layout,
    pub form: Form,
    /// What was typed before, or stood in the link.
    pub code: String,
    pub problem: Option<CodeProblem>,
    /// The path of the QR code that leads a telephone to this page with its code, where there is a code to lead to.
    pub hand_over: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeProblem {
    Missing,
    Malformed,
    /// Never given out, expired, or decided about.
    Unknown,
    TooManyTries {
        minutes: i64,
    },
}

/// Who waits, as far as it is known.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// As it stands on the device.
    pub code: String,
    pub device: Device,
    /// Masked.
    pub address: String,
    /// Whether the person who is asked is on that network now.
    pub network: Network,
    pub since: Moment,
    pub until: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Same,
    Other,
}

/// What was decided.
#[derive(Clone, Debug, Template)]
#[template(path = "device_done.html")]
pub struct Done {
    pub layout: Layout,
    pub outcome: DeviceOutcome,
    /// The path of the account's list of portals.
    pub portals: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceOutcome {
    Allowed,
    Denied,
    /// It asks for a stronger sign-in than this person can give for another device.
    TooWeak,
    /// The request is for someone else.
    Unfit,
    /// Decided before, or expired.
    TooLate,
}

impl EnterCode {
    fn problem(&self) -> Option<String> {
        Some(match self.problem? {
            CodeProblem::Missing => self.layout.text("device-fault-missing"),
            CodeProblem::Malformed => self.layout.text("device-fault-malformed"),
            CodeProblem::Unknown => self.layout.text("device-fault-unknown"),
            CodeProblem::TooManyTries { minutes } => self.layout.text_with("fault-too-many-tries", "minutes", minutes),
        })
    }
}

impl Elsewhere {
    pub(super) fn sentence(&self, voice: &impl Speaks) -> String {
        let device = self.device.name(voice);
        voice.compose(id("device-asked"), &[("device", device.into()), ("when", voice.when(&self.since).into())])
    }

    pub(super) fn place(&self, voice: &impl Speaks) -> String {
        let place = match self.network {
            Network::Same => id("device-from"),
            Network::Other => id("device-from-elsewhere"),
        };
        voice.compose(place, &[("address", self.address.as_str().into())])
    }

    pub(super) fn ends(&self, voice: &impl Speaks) -> String {
        voice.text_with("device-until", "time", voice.time(&self.until))
    }
}

impl Done {
    fn title(&self) -> String {
        self.layout.say(match self.outcome {
            DeviceOutcome::Allowed => id("device-allowed"),
            DeviceOutcome::Denied => id("device-denied"),
            DeviceOutcome::TooWeak => id("device-too-weak"),
            DeviceOutcome::Unfit => id("device-unfit"),
            DeviceOutcome::TooLate => id("device-too-late"),
        })
    }

    fn next(&self) -> String {
        self.layout.say(match self.outcome {
            DeviceOutcome::Allowed => id("device-allowed.next"),
            DeviceOutcome::Denied => id("device-denied.next"),
            DeviceOutcome::TooWeak => id("device-too-weak.next"),
            DeviceOutcome::Unfit => id("device-unfit.next"),
            DeviceOutcome::TooLate => id("device-too-late.next"),
        })
    }

    fn is_allowed(&self) -> bool {
        self.outcome == DeviceOutcome::Allowed
    }
}
