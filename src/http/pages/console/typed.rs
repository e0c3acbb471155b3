//! What somebody typed into a form of the console: kept while they prove again who they are, and where it was not taken.

use std::collections::BTreeMap;

use super::{address, asked};
use crate::crypto::base64url;
use crate::crypto::seal::Context;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::protocol::parameters::Parameters;

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

    /// What was typed before a proof; nothing, where what the address says is not ours.
    pub(super) fn kept(site: &Site, visit: &Visit) -> Self {
        let opened = || {
            let sealed = base64url::decode(&asked(visit, "kept")?)?;
            let action = visit.path.split('?').next()?;
            let opened = site.app.keys.open_short_lived(&context(action), &sealed).ok()?;
            serde_json::from_slice(&opened).ok()
        };
        Self(opened().unwrap_or_default())
    }

    /// The address of the form, with what was typed: sealed, for it may name anybody.
    ///
    /// # Errors
    /// Where it cannot be sealed.
    pub(super) fn keep(&self, site: &Site, action: &str) -> Result<String, Failure> {
        let text = serde_json::Value::from_iter(self.0.clone()).to_string();
        let sealed = site.app.keys.seal_short_lived(&context(action), text.as_bytes(), &*site.app.random)?;
        Ok(address(action, &[("kept", &base64url::encode(&sealed))]))
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
fn context(action: &str) -> Context {
    Context::new("console.typed", action)
}
