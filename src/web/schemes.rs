//! Which country's number is typed, where several are accepted. Part of every page on which somebody says who they are.
//!
//! Sends `scheme`: one of those offered. Where there is one alone nothing is asked.

use super::text::{Speaks, TextId, id};

#[derive(Clone, Debug)]
pub struct Schemes {
    /// Their names, in the order in which they are offered.
    pub offered: Vec<&'static str>,
    /// What is typed is a number of this one, where nothing else is said.
    pub chosen: &'static str,
}

impl Schemes {
    pub(super) fn are_several(&self) -> bool {
        self.offered.len() > 1
    }

    /// The choices: what the form sends, the words, and whether it is the one that stands.
    pub(super) fn options(&self, voice: &impl Speaks) -> Vec<(&'static str, String, bool)> {
        let option = |name: &&'static str| (*name, voice.say(called(name)), *name == self.chosen);
        self.offered.iter().map(option).collect()
    }

    /// What may be typed.
    pub(super) fn hint(&self, voice: &impl Speaks) -> String {
        match (self.are_several(), self.chosen) {
            (true, _) => voice.text("identifier-hint-several"),
            (false, "vn") => voice.text("identifier-hint"),
            (false, scheme) => voice.text_with("identifier-hint-of", "number", voice.say(called(scheme))),
        }
    }
}

/// What was typed is neither a number of `scheme`, nor what else it could be.
pub(super) fn malformed(scheme: &'static str, voice: &impl Speaks) -> String {
    match scheme {
        "vn" => voice.text("fault-identifier-malformed"),
        other => voice.text_with("fault-identifier-malformed-of", "number", voice.say(called(other))),
    }
}

/// What a country calls its number.
fn called(scheme: &str) -> TextId {
    match scheme {
        "vn" => id("scheme-vn"),
        "ee" => id("scheme-ee"),
        "ru" => id("scheme-ru"),
        "fr" => id("scheme-fr"),
        "kr" => id("scheme-kr"),
        "my" => id("scheme-my"),
        "ci" => id("scheme-ci"),
        _ => id("identifier"),
    }
}
