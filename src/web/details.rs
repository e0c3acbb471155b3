//! What is asked for in a structure of its own (RFC 9396), as people read it: what it is called, a sentence, and below it
//! whatever the sentence does not say.
//!
//! The values are a stranger's. Each stands in an element that keeps its direction of writing to itself.

use super::text::{Speaks, id};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    pub title: String,
    /// Empty where there is none: then everything is in `rest`.
    pub sentence: Vec<Piece>,
    pub rest: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The operator's words.
    Text(String),
    Values {
        shown: Vec<Value>,
        /// How many there are beside those.
        more: usize,
        style: Style,
    },
}

/// A value, ready to be read: nothing in it hides or turns anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Flag(bool),
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Date,
    Number,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    pub values: Vec<Value>,
}

/// A part of the sentence as it is written.
pub(super) struct Span {
    pub(super) text: String,
    /// Whether it is the request that says it.
    pub(super) is_value: bool,
}

impl Detail {
    pub(super) fn has_sentence(&self) -> bool {
        !self.sentence.is_empty()
    }

    pub(super) fn spans(&self, voice: &impl Speaks) -> Vec<Span> {
        self.sentence.iter().flat_map(|piece| piece.spans(voice)).collect()
    }
}

impl Piece {
    fn spans(&self, voice: &impl Speaks) -> Vec<Span> {
        let own = |text: &str| Span { text: text.to_owned(), is_value: false };
        let (shown, more, style) = match self {
            Self::Text(text) => return vec![own(text)],
            Self::Values { shown, more, style } => (shown, *more, *style),
        };
        let mut spans = Vec::new();
        for (place, value) in shown.iter().enumerate() {
            if place > 0 {
                spans.push(own(", "));
            }
            spans.push(Span { text: value.written(style, voice), is_value: true });
        }
        if more > 0 {
            spans.push(own(" "));
            spans.push(own(&voice.compose(id("details-more"), &[("count", more.into())])));
        }
        spans
    }
}

impl Row {
    pub(super) fn written(&self, voice: &impl Speaks) -> Vec<String> {
        self.values.iter().map(|value| value.written(Style::Plain, voice)).collect()
    }
}

impl Value {
    fn written(&self, style: Style, voice: &impl Speaks) -> String {
        match (self, style) {
            (Self::Text(text), Style::Plain) => text.clone(),
            (Self::Text(text), Style::Date) => voice.voice().calendar_date(text),
            (Self::Text(text), Style::Number) => voice.voice().number(text),
            (Self::Flag(true), _) => voice.text("yes"),
            (Self::Flag(false), _) => voice.text("no"),
            (Self::Nothing, _) => "—".to_owned(),
        }
    }
}
