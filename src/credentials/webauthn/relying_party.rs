//! Whom credentials are made for, and from which pages: §4 "Relying Party", §5.11 related origins.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::COSEAlgorithm;

use super::TIMEOUT_MILLISECONDS;

/// The relying party: one for a whole deployment, for as long as there are credentials.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    id: String,
    origins: Vec<String>,
    pub(super) core: WebauthnCore,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no origin")]
pub struct InvalidOrigin(pub String);

/// What keys may be of, the best first. Of the rest, `webauthn-rs-core` verifies none (EdDSA), or nobody makes any.
pub(super) const ALGORITHMS: [COSEAlgorithm; 3] = [COSEAlgorithm::ES256, COSEAlgorithm::ES384, COSEAlgorithm::RS256];

impl RelyingParty {
    /// The relying party `id`, whose pages are those of `origins`, the issuer's own first.
    ///
    /// # Errors
    /// [`InvalidOrigin`] where one of them is not spelled as browsers spell origins.
    pub fn new(id: &str, origins: Vec<String>) -> Result<Self, InvalidOrigin> {
        let parse = |origin: &String| {
            Url::parse(origin)
                .ok()
                .filter(|url| url.origin().ascii_serialization() == *origin)
                .ok_or_else(|| InvalidOrigin(origin.clone()))
        };
        let urls = origins.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let timeout = Duration::from_millis(u64::from(TIMEOUT_MILLISECONDS));
        // "Experts only": it takes whatever algorithms, flags and counters it is told to, and is told here.
        let core = WebauthnCore::new_unsafe_experts_only(id, id, urls, timeout, Some(false), Some(false));
        Ok(Self { id: id.to_owned(), origins, core })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// The document at `/.well-known/webauthn` (§5.11.1); `None` where no origin but the issuer's asks.
    pub fn related_origins(&self) -> Option<Value> {
        (self.origins.len() > 1).then(|| json!({ "origins": self.origins }))
    }
}
