//! Where the next page begins, sealed: a cursor leads on in the list that it was made for, with the same filters, for whoever was
//! given it, and says nothing to anybody. AES-256-GCM; what it is bound to is its associated data.

use crate::crypto::base64url;
use crate::crypto::seal::Context;
use crate::flows::{App, FlowError};

/// The cursors of one list, with its filters, for one administrator.
#[derive(Debug)]
pub struct Cursors(Context);

impl Cursors {
    pub fn new<'a>(
        operation: &str,
        actor: &str,
        filters: impl Iterator<Item = (&'a &'static str, &'a String)>,
    ) -> Self {
        let mut bound = vec![operation.to_owned(), actor.to_owned()];
        bound.extend(filters.flat_map(|(name, value)| [(*name).to_owned(), value.clone()]));
        // Each with its length before it, so that no two lists of texts read the same.
        let row: String = bound.iter().map(|text| format!("{}:{text}", text.len())).collect();
        Self(Context::new("admin_api.cursor", row))
    }

    pub fn seal(&self, app: &App, after: &str) -> Result<String, FlowError> {
        let sealed = app.keys.seal_short_lived(&self.0, after.as_bytes(), &*app.random)?;
        Ok(base64url::encode(&sealed))
    }

    /// After what the page begins; `None` for everything that was not sealed for this.
    pub fn open(&self, app: &App, cursor: &str) -> Option<String> {
        let sealed = base64url::decode(cursor)?;
        let opened = app.keys.open_short_lived(&self.0, &sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}
