//! An act on a page of its own: what will happen and to whom, what it takes, and, where it was not done, exactly why.

use axum::response::Response;

use super::typed::Typed;
use super::{Desk, form, problem, render};
use crate::flows::admin::{AdminError, Fault};
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::web::console::{self, Act, Block, Field, Link, Section};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

/// The fewest letters that are a reason.
const REASON: usize = 3;

/// Why an act was not done: a sentence of ours, and what is wrong in the words of the rules (English).
#[derive(Default)]
pub(super) struct Wrong {
    pub(super) problem: Option<String>,
    pub(super) exact: Vec<String>,
    faults: Vec<Fault>,
}

impl Wrong {
    /// `None` where it is no fault of whoever typed, or of how things stand.
    pub(super) fn of(layout: &Layout, error: &AdminError) -> Option<Self> {
        let problem = problem(layout, error)?;
        let (exact, faults) = match error {
            AdminError::Invalid(faults) => (Vec::new(), faults.clone()),
            AdminError::Unfit(_) => (Vec::new(), Vec::new()),
            other => (vec![other.to_string()], Vec::new()),
        };
        Some(Self { problem: Some(problem), exact, faults })
    }

    /// A sentence of ours, of the form as a whole.
    pub(super) fn told(problem: String) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }

    /// That there is no reason, where one is needed.
    pub(super) fn of_reason(layout: &Layout, typed: &Typed) -> Option<Self> {
        let short = typed.of("reason").chars().count() < REASON;
        short.then(|| Self::told(layout.text("console-problem-reason")))
    }
}

/// The page of an act.
pub(super) struct ActPage<'a> {
    pub(super) section: Section,
    pub(super) title: String,
    pub(super) says: Vec<String>,
    pub(super) action: &'a str,
    pub(super) button: String,
    pub(super) fields: Vec<Field>,
    /// Where whoever thinks better of it goes.
    pub(super) back: Link,
    pub(super) before: Vec<Block>,
}

impl ActPage<'_> {
    pub(super) fn render(self, visit: &Visit, desk: Desk, wrong: Wrong) -> Result<Response, Failure> {
        let layout = desk.layout().clone();
        let Wrong { problem, mut exact, faults } = wrong;
        let mut fields = self.fields;
        for fault in faults {
            match fields.iter_mut().find(|field| field.name == fault.field) {
                Some(field) => field.wrong.push(console::Wrong::english(fault.sentence)),
                None => exact.push(format!("{}: {}", fault.field, fault.sentence)),
            }
        }
        let act = Act {
            says: self.says,
            fields,
            cancel: Some(Link { text: layout.text("console-cancel"), href: self.back.href.clone() }),
            ..Act::button("confirm", form(visit, self.action), self.button)
        };
        let mut page = desk.frame.page(self.section, self.title);
        page.back = Some(self.back);
        page.problem = problem;
        page.exact = exact;
        page.blocks = self.before;
        render(&page.with(act.block()))
    }
}
