//! Several people at one browser: whom the sign-in page names, and what it asks of the device. Part of `/sign-in/{id}`
//!
//! Sends `person` or `forget` with somebody's value, or `choice`: `sign-out` or `somebody-else`; and with every other choice `device`:
//! `mine`, `name` or `shared`.

use super::text::Speaks;

#[derive(Clone, Debug)]
pub struct People {
    /// The masked name of whoever chose themselves: a name is asked for no more.
    pub chosen: Option<String>,
    /// Who may choose themselves.
    pub people: Vec<Person>,
    /// What is to stay on the device, where that is asked.
    pub keeps: Option<Keeps>,
}

#[derive(Clone, Debug)]
pub struct Person {
    /// What the form sends.
    pub value: String,
    /// Masked.
    pub name: String,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Signed in, and nothing more is asked for.
    GoesOn,
    /// Signed in, and asked to prove it again.
    SignedIn,
    Remembered,
}

#[derive(Clone, Copy, Debug)]
pub struct Keeps {
    pub chosen: Keeping,
    /// How long a sign-in lasts where others use the device.
    pub minutes: i64,
}

/// What stays on the device of whoever signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    Device,
    Name,
    Nothing,
}

impl Person {
    pub(super) fn is_signed_in(&self) -> bool {
        self.standing != Standing::Remembered
    }

    /// What choosing them asks for.
    pub(super) fn sentence(&self, voice: &impl Speaks) -> String {
        match self.standing {
            Standing::GoesOn => voice.text("person-goes-on"),
            Standing::SignedIn => voice.text("person-signed-in"),
            Standing::Remembered => voice.text("person-remembered"),
        }
    }
}

impl Keeps {
    /// The choices: what the form sends, the words, and whether it is the one that stands.
    pub(super) fn options(&self, voice: &impl Speaks) -> [(&'static str, String, bool); 3] {
        let chosen = |keeping| self.chosen == keeping;
        [
            ("mine", voice.text("device-mine"), chosen(Keeping::Device)),
            ("name", voice.text("device-name"), chosen(Keeping::Name)),
            ("shared", voice.text_with("device-shared", "minutes", self.minutes), chosen(Keeping::Nothing)),
        ]
    }
}
