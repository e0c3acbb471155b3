//! What the form of a draft asks for, by the members of registration metadata (RFC 7591 §2), and what was typed into it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::client::{Kind, Localised};
use crate::flows::admin::Fault;
use crate::flows::onboarding::draft::Draft;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::pages::console::address;
use crate::http::pages::console::kept::{self, For, Kept};
use crate::protocol::parameters::Parameters;
use crate::web::text::{TextId, id};

/// One thing that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// The member that it becomes.
    pub(super) name: &'static str,
    pub(super) label: fn() -> TextId,
    hint: Option<fn() -> TextId>,
    /// One on each line.
    pub(super) lines: bool,
    /// Of which applications it is asked.
    pub(super) kinds: &'static [Kind],
    pub(super) needed: bool,
}

const EVERY: &[Kind] = &Kind::ALL;
const PEOPLES: &[Kind] = &[Kind::Web, Kind::SinglePage, Kind::Native];
const CONFIDENTIAL: &[Kind] = &[Kind::Web, Kind::Service];

impl Asked {
    const fn line(
        name: &'static str,
        label: fn() -> TextId,
        hint: Option<fn() -> TextId>,
        kinds: &'static [Kind],
    ) -> Self {
        Self { name, label, hint, lines: false, kinds, needed: false }
    }

    const fn on_lines(self) -> Self {
        Self { lines: true, ..self }
    }

    const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    /// Whether a fault of `member` is shown here.
    pub(super) fn is_of(&self, kind: Kind, member: &str) -> bool {
        self.name == member && self.kinds.contains(&kind)
    }

    pub(super) fn hint(&self, kind: Kind) -> Option<TextId> {
        match (self.name, kind) {
            ("redirect_uris", Kind::Native) => Some(id("onboarding-redirects-native-hint")),
            _ => self.hint.map(|hint| hint()),
        }
    }
}

/// In the order of the form.
pub(super) static FIELDS: [Asked; 13] = [
    Asked::line("client_name", || id("onboarding-name"), Some(|| id("onboarding-name-hint")), EVERY).needed(),
    Asked::line("organisation", || id("console-organisation"), Some(|| id("onboarding-organisation-hint")), EVERY),
    Asked::line("purpose", || id("onboarding-purpose"), Some(|| id("onboarding-purpose-hint")), EVERY),
    Asked::line("redirect_uris", || id("console-redirects"), Some(|| id("onboarding-redirects-hint")), PEOPLES)
        .on_lines()
        .needed(),
    Asked::line("post_logout_redirect_uris", || id("onboarding-after-sign-out"), None, PEOPLES).on_lines(),
    Asked::line(
        "backchannel_logout_uri",
        || id("onboarding-back-channel"),
        Some(|| id("onboarding-back-channel-hint")),
        &[Kind::Web, Kind::SinglePage],
    ),
    Asked::line("scope", || id("console-scopes"), Some(|| id("onboarding-scope-hint")), PEOPLES),
    Asked::line("home_uri", || id("onboarding-home"), None, EVERY),
    Asked::line("jwks_uri", || id("onboarding-jwks-uri"), Some(|| id("onboarding-jwks-uri-hint")), CONFIDENTIAL),
    Asked::line("jwks", || id("onboarding-jwks"), Some(|| id("onboarding-jwks-hint")), CONFIDENTIAL).on_lines(),
    Asked::line("contacts", || id("onboarding-contacts"), Some(|| id("onboarding-contacts-hint")), EVERY).on_lines(),
    Asked::line("policy_uri", || id("onboarding-policy-uri"), Some(|| id("onboarding-policy-uri-hint")), EVERY),
    Asked::line("tos_uri", || id("onboarding-tos-uri"), None, EVERY),
];

/// What it is sealed for: the form of this kind.
const fn of(kind: Kind) -> For<'static> {
    For { purpose: "console.draft", form: kind.as_str() }
}

/// What was typed, as it was typed.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) kind: Kind,
    values: BTreeMap<&'static str, String>,
}

/// A longer address is not kept for whoever proves again who they are: what was typed into so many fields is cut, the longest first.
const LONGEST: usize = 4096;

impl Typed {
    pub(super) const fn nothing(kind: Kind) -> Self {
        Self { kind, values: BTreeMap::new() }
    }

    /// What was typed before a proof, by whoever asks again now; `None` where the address brought something else.
    ///
    /// # Errors
    /// Where the sessions are away.
    pub(super) async fn kept(site: &Site, visit: &Visit, kind: Kind) -> Result<Option<Self>, Failure> {
        let typed = match kept::open(site, visit, of(kind)).await? {
            Kept::Nothing => return Ok(Some(Self::nothing(kind))),
            Kept::Refused => return Ok(None),
            Kept::Typed(typed) => typed,
        };
        let Ok(mut said) = serde_json::from_slice::<BTreeMap<String, String>>(&typed) else { return Ok(None) };
        let values = FIELDS.iter().filter_map(|one| Some((one.name, said.remove(one.name)?)));
        Ok(Some(Self { kind, values: values.collect() }))
    }

    /// As the form was sent; `None` where it names no kind that there is.
    ///
    /// # Errors
    /// Where a field is there twice.
    pub(super) fn sent(sent: &Parameters) -> Result<Option<Self>, Failure> {
        let Some(kind) = sent.single("kind")?.and_then(|kind| kind.parse().ok()) else { return Ok(None) };
        let mut values = BTreeMap::new();
        for one in &FIELDS {
            if let Some(value) = sent.single(one.name)?.map(str::trim).filter(|value| !value.is_empty()) {
                values.insert(one.name, value.to_owned());
            }
        }
        Ok(Some(Self { kind, values }))
    }

    pub(super) fn of(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// The form at `path`, with what was typed, sealed for whoever typed it: the shortest first, for as long as there is room.
    ///
    /// # Errors
    /// Where it cannot be sealed, or the sessions are away.
    pub(super) async fn keep(&self, site: &Site, visit: &Visit, path: &str) -> Result<String, Failure> {
        let mut typed: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        typed.sort_by_key(|(_, value)| value.len());
        let mut room = LONGEST;
        typed.retain(|(name, value)| match room.checked_sub(name.len() + value.len()) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        });
        let text = Value::from_iter(typed).to_string();
        let sealed = kept::seal(site, visit, of(self.kind), text.as_bytes()).await?;
        Ok(address(path, &[("kind", self.kind.as_str()), (kept::NAME, &sealed)]))
    }

    /// The draft that it is. What is not asked of this kind is taken along: the rules say that it does not fit.
    ///
    /// # Errors
    /// Where the keys are no JSON.
    pub(super) fn draft(&self) -> Result<Draft, Fault> {
        let one = |name: &str| Some(self.of(name)).filter(|value| !value.is_empty()).map(str::to_owned);
        let many = |name: &str| -> Vec<String> {
            self.of(name).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        let plain = |name: &str| one(name).map(Localised::plain).unwrap_or_default();
        let jwks: Option<Value> = one("jwks")
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| Fault::new("jwks", format!("expected a JSON Web Key Set (RFC 7517): {error}")))?;
        Ok(Draft {
            organisation: plain("organisation"),
            purpose: plain("purpose"),
            home_uri: one("home_uri"),
            redirect_uris: many("redirect_uris"),
            post_logout_redirect_uris: many("post_logout_redirect_uris"),
            backchannel_logout_uri: one("backchannel_logout_uri"),
            scope: one("scope"),
            jwks,
            jwks_uri: one("jwks_uri"),
            contacts: many("contacts"),
            policy_uri: one("policy_uri"),
            tos_uri: one("tos_uri"),
            ..Draft::new(self.kind, plain("client_name"))
        })
    }
}
