//! An application as its owner describes it, made a client in the sandbox at once.
//!
//! The owner says what it is; everything that follows from that is decided here, by the present rules of the field (RFC 9700).
//! There is no member by which it would be verified, approved, trusted, in production or somebody else's.

mod misfit;

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::domain::administration::{Authority, Permission, Reached};
use crate::domain::audit::EventKind;
use crate::domain::client::{
    ApplicationType, Client, ClientAuthenticationMethod, GrantType, Kind, Localised, PolicyName,
};
use crate::domain::ids::RegistrationId;
use crate::domain::stage::Stage;
use crate::flows::admin::create_client::{self, Birth, ClientRequest, Registered};
use crate::flows::admin::further::Further;
use crate::flows::admin::{AdminError, Administrator, Fault};

pub use misfit::{MOST_CONTACTS, Misfit, Rule, misfits, scopes};

/// What an owner says, in the members of registration metadata (RFC 7591 §2) where those have them. Another member is a fault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub kind: Kind,
    /// What citizens will read, by language; under "" for every language.
    pub name: Localised,
    #[serde(default)]
    pub organisation: Localised,
    #[serde(default)]
    pub purpose: Localised,
    /// Its own front page.
    #[serde(default)]
    pub home_uri: Option<String>,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    #[serde(default)]
    pub backchannel_logout_uri: Option<String>,
    /// Separated by spaces; `openid profile` where nothing is said.
    #[serde(default)]
    pub scope: Option<String>,
    /// Public keys to prove itself with, themselves or where they are; a secret is made where neither is said.
    #[serde(default)]
    pub jwks: Option<serde_json::Value>,
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// Whom the authority asks about it: e-mail addresses.
    #[serde(default)]
    pub contacts: Vec<String>,
    #[serde(default)]
    pub policy_uri: Option<String>,
    #[serde(default)]
    pub tos_uri: Option<String>,
}

impl Draft {
    pub fn new(kind: Kind, name: Localised) -> Self {
        Self {
            kind,
            name,
            organisation: Localised::default(),
            purpose: Localised::default(),
            home_uri: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            scope: None,
            jwks: None,
            jwks_uri: None,
            contacts: Vec::new(),
            policy_uri: None,
            tos_uri: None,
        }
    }
}

/// Makes a client in the sandbox of `draft`, with an id and, where it needs one, a secret of our own.
///
/// # Errors
/// `Invalid` with every fault of what was said.
pub async fn draft(admin: &Administrator, draft: &Draft) -> Result<Registered, AdminError> {
    let reached = admin.may_on_own(Permission::ClientDraft)?;
    let id = RegistrationId::new(admin.clock.now(), &*admin.random).to_string();
    let mut faults: Vec<Fault> = misfits(draft).iter().map(Misfit::fault).collect();
    let request = request(draft, id);
    let finish = |client: &mut Client| {
        client.stage = Stage::Sandbox;
        client.display.contacts.clone_from(&draft.contacts);
        client.display.policy_uri.clone_from(&draft.policy_uri);
        client.display.terms_uri.clone_from(&draft.tos_uri);
    };
    // It is theirs from the first moment on, in the transaction that makes it; nobody else's becomes so.
    let owner = match (reached, &admin.authority) {
        (Reached::Own(_), Authority::Staff(staff)) => Some(staff.citizen),
        _ => None,
    };
    let birth = Birth { kind: EventKind::ClientDrafted, owner, faults: &faults };
    match create_client::register(admin, &request, None, birth, finish).await {
        // What this kind needs goes before what every client needs, and is not said twice.
        Err(AdminError::Invalid(found)) => {
            let said: BTreeSet<&str> = faults.iter().map(|fault| fault.field).collect();
            let unsaid: Vec<Fault> = found.into_iter().filter(|fault| !said.contains(fault.field)).collect();
            faults.extend(unsaid);
            Err(AdminError::Invalid(faults))
        }
        done => done,
    }
}

/// The defaults of each kind.
fn request(draft: &Draft, id: String) -> ClientRequest {
    let has_keys = draft.jwks.is_some() || draft.jwks_uri.is_some();
    let authentication = match draft.kind.is_confidential() {
        false => ClientAuthenticationMethod::None,
        true if has_keys => ClientAuthenticationMethod::PrivateKeyJwt,
        true => ClientAuthenticationMethod::ClientSecretBasic,
    };
    let scope = match (&draft.scope, draft.kind) {
        (Some(scope), _) => scope.clone(),
        (None, Kind::Service) => String::new(),
        (None, _) => "openid profile".to_owned(),
    };
    let mut grant_types = BTreeSet::from([match draft.kind {
        Kind::Service => GrantType::ClientCredentials,
        Kind::Web | Kind::SinglePage | Kind::Native => GrantType::AuthorizationCode,
    }]);
    if draft.kind.sends_people() && scope.split_ascii_whitespace().any(|word| word == "offline_access") {
        grant_types.insert(GrantType::RefreshToken);
    }
    ClientRequest {
        name: draft.name.clone(),
        organisation: draft.organisation.clone(),
        purpose: draft.purpose.clone(),
        home_uri: draft.home_uri.clone(),
        redirect_uris: draft.redirect_uris.clone(),
        post_logout_redirect_uris: draft.post_logout_redirect_uris.clone(),
        backchannel_logout_uri: draft.backchannel_logout_uri.clone(),
        backchannel_logout_session_required: draft.backchannel_logout_uri.is_some(),
        scope,
        authentication,
        jwks: draft.jwks.clone(),
        jwks_uri: draft.jwks_uri.clone(),
        application_type: match draft.kind {
            Kind::Native => ApplicationType::Native,
            Kind::Web | Kind::SinglePage | Kind::Service => ApplicationType::Web,
        },
        // Whoever names another portal's host must not know people by that portal's subjects: which portals are of one sector is
        // the authority's to say.
        sector_identifier: Some(id.clone()),
        id,
        further: Further { policy: Some(PolicyName::baseline()), grant_types: Some(grant_types), ..Further::default() },
        ..ClientRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(json: serde_json::Value) -> Vec<String> {
        let draft: Draft = serde_json::from_value(json).unwrap();
        let faults = misfits(&draft).iter().map(Misfit::fault).collect::<Vec<_>>();
        faults.iter().map(|fault| format!("{}: {}", fault.field, fault.sentence)).collect()
    }

    #[test]
    fn each_kind_is_told_exactly_what_does_not_fit_it() {
        for (json, expected) in [
            (
                r#"{"kind":"native","name":"A","redirect_uris":["http://localhost/cb"]}"#,
                "redirect_uris: 'http://localhost/cb' must be http://127.0.0.1",
            ),
            (
                r#"{"kind":"native","name":"A","redirect_uris":["http://127.0.0.1:8000/cb"]}"#,
                "redirect_uris: 'http://127.0.0.1:8000/cb' names a port",
            ),
            (
                r#"{"kind":"single-page","name":"A","redirect_uris":["vn.gov.app:/cb"]}"#,
                "redirect_uris: 'vn.gov.app:/cb' has a scheme of its own",
            ),
            (
                r#"{"kind":"service","name":"A","redirect_uris":["https://a.example/cb"]}"#,
                "redirect_uris: a service signs nobody in",
            ),
            (r#"{"kind":"single-page","name":"A","jwks_uri":"https://a.example/jwks"}"#, "jwks_uri: a single-page"),
            (
                r#"{"kind":"native","name":"A","backchannel_logout_uri":"https://a.example/x"}"#,
                "nothing calls a program",
            ),
            (r#"{"kind":"web","name":"A","scope":"openid national_id"}"#, "scope: national_id is for the authority"),
            (r#"{"kind":"web","name":"A","scope":"openid health.read"}"#, "scope: 'health.read' is no scope"),
            (r#"{"kind":"service","name":"A","scope":"profile"}"#, "scope: profile is about a person"),
            (
                r#"{"kind":"web","name":"A","policy_uri":"http://127.0.0.1/p"}"#,
                "policy_uri: 'http://127.0.0.1/p' must be",
            ),
            (r#"{"kind":"web","name":"A","contacts":["nobody"]}"#, "contacts: expected at most 10 e-mail"),
        ] {
            let mut json: serde_json::Value = serde_json::from_str(json).unwrap();
            json["name"] = serde_json::json!({ "": "A" });
            let found = faults_of(json.clone());
            assert!(found.len() == 1 && found[0].contains(expected), "{json}: {found:?}");
        }
        for (kind, uri) in [
            ("web", "https://a.example/cb"),
            ("web", "http://localhost:3000/cb"),
            ("single-page", "http://127.0.0.1:5173/"),
            ("native", "http://127.0.0.1/cb"),
            ("native", "vn.gov.app:/cb"),
            ("native", "https://a.example/cb"),
        ] {
            let json = serde_json::json!({ "kind": kind, "name": { "": "A" }, "redirect_uris": [uri] });
            assert_eq!(faults_of(json), Vec::<String>::new(), "{kind} {uri}");
        }
    }

    #[test]
    fn no_member_grants_what_is_the_authoritys() {
        for member in [
            "stage",
            "status",
            "organisation_verified",
            "national_id_approved",
            "consent",
            "pkce",
            "policy",
            "owner",
            "front_channel_access_tokens",
            "release",
            "grant_types",
            "response_types",
            "resources",
            "client_id",
            "token_exchange",
            "token_endpoint_auth_method",
            "sector_identifier",
            "subject_type",
            "approved",
        ] {
            let json = serde_json::json!({ "kind": "web", "name": { "": "A" }, member: "production" });
            let refused = serde_json::from_value::<Draft>(json).unwrap_err().to_string();
            assert!(refused.contains(&format!("unknown field `{member}`")), "{member}: {refused}");
        }
    }
}
