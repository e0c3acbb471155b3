//! What can come of an authorization request, as the model expects it and as a browser sees it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::world::{Mode, Page};

/// As the standards say.
#[derive(Debug, PartialEq, Eq)]
pub enum Expected {
    /// A page that says what is wrong, and no redirect.
    Page,
    SignIn,
    Consent,
    /// How to get an account.
    Create,
    /// Any of these codes: no standard says which of several faults is told.
    Error {
        codes: BTreeSet<&'static str>,
        told: Told,
    },
    Success {
        names: BTreeSet<&'static str>,
        told: Told,
    },
}

/// What every answer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub mode: Mode,
    pub to: String,
    pub state: Option<String>,
    pub form: Form,
}

/// What the answer is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Parameters,
    /// One token that says all of it.
    Token,
}

/// As a browser sees it.
#[derive(Debug, PartialEq, Eq)]
pub enum Observed {
    Page,
    SignIn,
    Consent,
    Create,
    Answer {
        names: BTreeSet<String>,
        error: Option<String>,
        has_issuer: bool,
        told: Told,
    },
    /// Nothing that should ever be seen.
    Other(String),
}

impl Observed {
    pub fn read(page: &Page) -> Self {
        if page.status == 303 || page.has("#form-post") {
            return Self::answer(page);
        }
        match page.status.as_u16() {
            400 if !page.reply.headers.contains_key("location") => Self::Page,
            200 if page.path().ends_with("/create") => Self::Create,
            200 if page.has("#username") => Self::SignIn,
            200 if page.has("#allow") => Self::Consent,
            status => Self::Other(format!("{status} {} {}", page.url, page.heading())),
        }
    }

    fn answer(page: &Page) -> Self {
        let (mode, mut fields) = page.answered();
        let mut to = match mode {
            Mode::FormPost => page.form_of("continue", &[]).action.parse().expect("an address"),
            Mode::Query | Mode::Fragment => page.url.clone(),
        };
        // The address as it was registered, without what the answer put there.
        to.set_fragment(None);
        if mode == Mode::Query {
            let own: Vec<(String, String)> = to.query_pairs().into_owned().filter(|(name, _)| is_own(name)).collect();
            let query = own.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
            to.set_query((!query.is_empty()).then_some(&query));
            fields.retain(|name, _| !is_own(name));
        }
        let form = match fields.remove("response") {
            None => Form::Parameters,
            Some(token) => {
                if !fields.is_empty() {
                    return Self::Other(format!("something beside the token: {}", page.url));
                }
                fields = claims(&token);
                Form::Token
            }
        };
        let mut take = |name: &str| fields.remove(name);
        let (state, issuer, error) = (take("state"), take("iss"), take("error"));
        let described = take("error_description").is_some_and(|sentence| !sentence.is_empty());
        if described != error.is_some() {
            return Self::Other(format!("an error without a sentence, or a sentence without one: {}", page.url));
        }
        let names = BTreeMap::into_keys(fields).collect();
        Self::Answer {
            names,
            error,
            has_issuer: issuer.is_some(),
            told: Told { mode, to: to.to_string(), state, form },
        }
    }

    /// What of [`super::SEEN`] this is.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Page => vec!["page".to_owned()],
            Self::SignIn => vec!["sign-in".to_owned()],
            Self::Consent => vec!["consent".to_owned()],
            Self::Create => vec!["create".to_owned()],
            Self::Other(what) => vec![what.clone()],
            Self::Answer { error, told, .. } => {
                let mode = match told.mode {
                    Mode::Query => "query",
                    Mode::Fragment => "fragment",
                    Mode::FormPost => "form_post",
                };
                let kind = if error.is_some() { "error" } else { "success" };
                let form = if told.form == Form::Token { ".jwt" } else { "" };
                [Some(format!("{kind} {mode}{form}")), error.clone()].into_iter().flatten().collect()
            }
        }
    }
}

/// What a token says, unproven, without whom it is for and until when.
fn claims(token: &str) -> BTreeMap<String, String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("a token")).expect("base64url");
    let claims: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&payload).expect("claims");
    assert!(claims["exp"].is_i64() && claims["aud"].is_string());
    let told = claims.into_iter().filter(|(name, _)| !["exp", "aud"].contains(&name.as_str()));
    told.map(|(name, value)| (name, value.as_str().expect("a text").to_owned())).collect()
}

/// Queries that redirect URIs of the model's clients have of their own.
fn is_own(name: &str) -> bool {
    matches!(name, "branch" | "shelf")
}

impl Expected {
    pub fn agrees_with(&self, observed: &Observed) -> bool {
        match (self, observed) {
            (Self::Page, Observed::Page)
            | (Self::SignIn, Observed::SignIn)
            | (Self::Consent, Observed::Consent)
            | (Self::Create, Observed::Create) => true,
            (
                Self::Error { codes, told },
                Observed::Answer { names, error: Some(error), has_issuer: true, told: seen },
            ) => names.is_empty() && codes.contains(error.as_str()) && told == seen,
            (
                Self::Success { names, told },
                Observed::Answer { names: given, error: None, has_issuer: true, told: seen },
            ) => names.iter().copied().eq(given.iter().map(String::as_str)) && told == seen,
            _ => false,
        }
    }
}
