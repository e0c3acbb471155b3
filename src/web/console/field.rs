//! What a form asks for, and what is wrong with what was typed.

use super::super::layout::Layout;
use super::super::text::Speaks;

#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub label: String,
    pub hint: Option<String>,
    /// Whether the hint is English in every language: what the OpenAPI document says.
    pub foreign: bool,
    pub kind: FieldKind,
    pub value: String,
    pub needed: bool,
    pub wrong: Vec<Wrong>,
}

/// What is wrong with what was typed.
#[derive(Clone, Debug)]
pub struct Wrong {
    pub text: String,
    /// In the words of a standard's rules, which are English whatever the page is in.
    pub english: bool,
}

#[derive(Clone, Debug)]
pub enum FieldKind {
    Line,
    /// What is not shown while it is typed, and never comes back.
    Secret,
    Lines,
    /// A document as programs write it, as long as a form may be.
    Document,
    /// Values and what they are called.
    Choice(Vec<(String, String)>),
    /// Values, what they are called, and whether they are chosen; any of them may be.
    Several(Vec<(String, String, bool)>),
}

impl Wrong {
    /// In the words of a standard's rules.
    pub const fn english(text: String) -> Self {
        Self { text, english: true }
    }

    /// With the full stop that a sentence among others needs.
    pub fn sentence(&self) -> String {
        match self.text.ends_with(['.', '!', '?']) {
            true => self.text.clone(),
            false => format!("{}.", self.text),
        }
    }
}

impl Field {
    pub fn line(name: &'static str, label: String, value: String) -> Self {
        Self { name, label, hint: None, foreign: false, kind: FieldKind::Line, value, needed: false, wrong: Vec::new() }
    }

    pub fn lines(name: &'static str, label: String, value: String) -> Self {
        Self { kind: FieldKind::Lines, ..Self::line(name, label, value) }
    }

    pub fn choice(name: &'static str, label: String, value: String, choices: Vec<(String, String)>) -> Self {
        Self {
            name,
            label,
            hint: None,
            foreign: false,
            kind: FieldKind::Choice(choices),
            value,
            needed: false,
            wrong: Vec::new(),
        }
    }

    /// Whether it says that it may stay empty.
    pub(super) fn is_optional(&self) -> bool {
        !self.needed && matches!(self.kind, FieldKind::Line | FieldKind::Lines)
    }

    /// Why something is done: it stands in the audit log.
    pub fn reason(layout: &Layout, value: String) -> Self {
        Self {
            name: "reason",
            label: layout.text("console-reason"),
            hint: Some(layout.text("console-reason-hint")),
            foreign: false,
            kind: FieldKind::Lines,
            value,
            needed: true,
            wrong: Vec::new(),
        }
    }
}
