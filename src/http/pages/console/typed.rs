//! What somebody typed into a form of the console: kept while they prove again who they are, and where it was not taken.

use std::collections::BTreeMap;

use super::act::Wrong;
use super::address;
use super::kept::{self, For, Kept};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::protocol::parameters::Parameters;
use crate::web::layout::Layout;
use crate::web::text::Speaks;

/// The texts by the names of their fields, without the space around them.
#[derive(Clone, Default)]
pub(super) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// What came for the fields of these names.
    ///
    /// # Errors
    /// Where one came twice.
    pub(super) fn sent(sent: &Parameters, names: &[&'static str]) -> Result<Self, Failure> {
        let mut typed = BTreeMap::new();
        for name in names {
            let text = sent.single(name)?.unwrap_or_default().trim();
            typed.insert((*name).to_owned(), text.to_owned());
        }
        Ok(Self(typed))
    }

    /// What was typed before a proof, by whoever asks again now; and, where the address brought what they did not type here in this session,
    /// that it did.
    ///
    /// # Errors
    /// Where the sessions are away.
    pub(super) async fn kept(site: &Site, visit: &Visit, layout: &Layout) -> Result<(Self, Wrong), Failure> {
        let action = visit.path.split('?').next().unwrap_or_default();
        let read = |typed: &[u8]| serde_json::from_slice(typed).ok().map(Self);
        let refused = || Wrong::told(layout.text("console-kept-refused"));
        Ok(match kept::open(site, visit, of(action)).await? {
            Kept::Nothing => (Self::default(), Wrong::default()),
            Kept::Typed(typed) => {
                read(&typed).map_or_else(|| (Self::default(), refused()), |typed| (typed, Wrong::default()))
            }
            Kept::Refused => (Self::default(), refused()),
        })
    }

    /// The address of the form, with what was typed: sealed, for it may name anybody, and for nobody but who typed it.
    ///
    /// # Errors
    /// Where it cannot be sealed, or the sessions are away.
    pub(super) async fn keep(&self, site: &Site, visit: &Visit, action: &str) -> Result<String, Failure> {
        let text = serde_json::Value::from_iter(self.0.clone()).to_string();
        let sealed = kept::seal(site, visit, of(action), text.as_bytes()).await?;
        Ok(address(action, &[(kept::NAME, &sealed)]))
    }

    pub(super) fn of(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// What was typed, if anything was.
    pub(super) fn some(&self, name: &str) -> Option<&str> {
        Some(self.of(name)).filter(|text| !text.is_empty())
    }
}

/// What it is sealed for: this act, on whoever the address names.
const fn of(action: &str) -> For<'_> {
    For { purpose: "console.typed", form: action }
}
