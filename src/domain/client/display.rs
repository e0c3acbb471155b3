//! What people are shown of a client.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What citizens see of a client: on the sign-in page, on the consent page, in their account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientDisplay {
    pub name: Localised,
    pub organisation: Localised,
    /// Why it asks: "to submit applications and receive results online".
    pub purpose: Localised,
    /// Whether the authority has verified that the organisation stands behind this client.
    pub organisation_verified: bool,
    /// The name of one of this server's own static files; a logo is never fetched from elsewhere while a page is shown.
    pub logo: Option<String>,
    /// The logo of a client that registered itself, which goes before that.
    pub fetched_logo: Option<FetchedLogo>,
    /// The client's own pages, which people are shown a way to (Registration §2).
    pub policy_uri: Option<String>,
    pub terms_uri: Option<String>,
    /// Whom the authority asks about it: e-mail addresses.
    pub contacts: Vec<String>,
    /// Where people return to when there is no redirect URI to return to.
    pub home_uri: Option<String>,
}

/// A picture that was fetched when it was registered, and is shown from a copy of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedLogo {
    /// `logo_uri`.
    pub uri: String,
    /// What the copy is found by: the SHA-256 of the picture in base64url.
    pub hash: String,
}

/// A text in some languages, by BCP 47 primary tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localised(pub BTreeMap<String, String>);

impl Localised {
    /// The same text for every language.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(String::new(), text.into())]))
    }

    /// The text in `language`, or the one that is for every language, or English, or any.
    pub fn in_language(&self, language: &str) -> &str {
        [language, "", "en"]
            .iter()
            .find_map(|tag| self.0.get(*tag))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}
