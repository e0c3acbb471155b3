//! What citizens will read of a client.

use super::{Allowed, Fault};
use crate::domain::client::{Client, Localised};

const MOST_TEXT: usize = 200;

pub(super) fn check(client: &Client, _: &Allowed<'_>, faults: &mut Vec<Fault>) {
    let display = &client.display;
    if display.name.0.is_empty() {
        faults.push(Fault::new("client_name", "expected the name that citizens will read, in one language or more"));
    }
    let texts =
        [("client_name", &display.name), ("organisation", &display.organisation), ("purpose", &display.purpose)];
    for (member, texts) in texts {
        check_texts(member, texts, faults);
    }
}

/// Each text is a line, in a language.
pub(super) fn check_texts(member: &'static str, texts: &Localised, faults: &mut Vec<Fault>) {
    for (language, text) in &texts.0 {
        if !is_language(language) {
            faults.push(Fault::new(member, format!("{language:?} is no language: expected one such as vi or en")));
        }
        if !is_one_line(text) {
            faults.push(Fault::new(member, format!("expected 1 to {MOST_TEXT} characters on one line")));
        }
    }
}

/// A primary tag, or nothing: for every language.
fn is_language(tag: &str) -> bool {
    tag.is_empty() || (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_lowercase())
}

pub(super) fn is_one_line(text: &str) -> bool {
    (1..=MOST_TEXT).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control)
}
