//! Discovery: OpenID Connect Discovery 1.0 §3, RFC 8414 §2, RFC 9126 §5, RFC 8628 §4, JARM §4, RFC 9207 §3,
//! RP-Initiated Logout §2.1, Back-Channel Logout §2.1, Front-Channel Logout §3, Session Management §3.3, RFC 9701 §7,
//! RFC 9728 §4, RFC 8705 §3.3 and §5, CIBA Core §4, Identity Assurance §9.
//!
//! Every list is read from the code that honours it, so the document cannot promise what nobody keeps.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::authorization::{ResponseMode, ResponseType};
use crate::domain::certificate::AcceptedCertificates;
use crate::domain::claims;
use crate::domain::client::ClientAuthenticationMethod;
use crate::domain::encryption::{ContentEncryption, KeyManagementAlgorithm};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::mac::MacAlgorithm;
use crate::domain::sandbox::Mode;
use crate::domain::verification::{CheckMethod, DocumentKind};
use crate::domain::verified_claims;
use crate::protocol::dpop;
use crate::protocol::token::{AssertionGrants, GrantType};

#[derive(Debug, Serialize)]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    revocation_endpoint: String,
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    introspection_endpoint: String,
    device_authorization_endpoint: String,
    backchannel_authentication_endpoint: String,
    backchannel_token_delivery_modes_supported: &'static [&'static str],
    backchannel_authentication_request_signing_alg_values_supported: Vec<&'static str>,
    backchannel_user_code_parameter_supported: bool,
    end_session_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    scopes_supported: Vec<&'static str>,
    response_types_supported: Vec<&'static str>,
    response_modes_supported: Vec<&'static str>,
    grant_types_supported: Vec<&'static str>,
    subject_types_supported: &'static [&'static str],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    id_token_encryption_alg_values_supported: Vec<&'static str>,
    id_token_encryption_enc_values_supported: Vec<&'static str>,
    userinfo_signing_alg_values_supported: Vec<&'static str>,
    userinfo_encryption_alg_values_supported: Vec<&'static str>,
    userinfo_encryption_enc_values_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    dpop_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_signing_alg_values_supported: Vec<&'static str>,
    introspection_encryption_alg_values_supported: Vec<&'static str>,
    introspection_encryption_enc_values_supported: Vec<&'static str>,
    code_challenge_methods_supported: &'static [&'static str],
    prompt_values_supported: &'static [&'static str],
    claims_supported: Vec<&'static str>,
    claim_types_supported: &'static [&'static str],
    acr_values_supported: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details_types_supported: Vec<String>,
    ui_locales_supported: Vec<String>,
    /// Beside what their names are known in, which differs from citizen to citizen, claims are in no language: there is no
    /// `claims_locales_supported` that would be true.
    claims_parameter_supported: bool,
    display_values_supported: &'static [&'static str],
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_request_uri_registration: bool,
    request_object_signing_alg_values_supported: Vec<&'static str>,
    request_object_encryption_alg_values_supported: Vec<&'static str>,
    request_object_encryption_enc_values_supported: Vec<&'static str>,
    authorization_response_iss_parameter_supported: bool,
    verified_claims_supported: bool,
    trust_frameworks_supported: Vec<String>,
    evidence_supported: Vec<&'static str>,
    documents_supported: Vec<&'static str>,
    documents_check_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    electronic_records_supported: Vec<&'static str>,
    claims_in_verified_claims_supported: &'static [&'static str],
    /// RFC 9728 §4: userinfo. Which others there are is nobody's to list.
    protected_resources: Vec<String>,
    authorization_signing_alg_values_supported: Vec<&'static str>,
    authorization_encryption_alg_values_supported: Vec<&'static str>,
    authorization_encryption_enc_values_supported: Vec<&'static str>,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    frontchannel_logout_supported: bool,
    frontchannel_logout_session_supported: bool,
    check_session_iframe: String,
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtls_endpoint_aliases: Option<BTreeMap<&'static str, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    op_policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    op_tos_uri: Option<String>,
    /// Not registered anywhere (RFC 8414 §2 allows more members): nothing that this issuer says is real. Absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<bool>,
}

/// What of the settings the document tells.
#[derive(Clone, Debug)]
pub struct Offer<'a> {
    pub issuer: &'a str,
    pub mode: Mode,
    pub algorithms: &'a [SignatureAlgorithm],
    /// Those that can be reached here.
    pub acr_values: Vec<String>,
    pub languages: Vec<String>,
    pub policy_uri: Option<String>,
    pub terms_uri: Option<String>,
    /// The path where clients register themselves, if they may.
    pub registration: Option<&'a str>,
    pub assertions: AssertionGrants,
    pub methods: Vec<ClientAuthenticationMethod>,
    /// Whether clients' certificates come here at all, and whose.
    pub certificates: AcceptedCertificates,
    /// Those that can be asked for (RFC 9396 §10).
    pub authorization_details_types: &'a [String],
    pub identity: IdentityProof<'a>,
    /// What the endpoints begin with for a client that comes with its certificate, where that is not the issuer.
    pub mtls_url: Option<&'a str>,
}

/// How identities are proven here, as verified claims tell it (Identity Assurance §9).
#[derive(Clone, Debug)]
pub struct IdentityProof<'a> {
    pub trust_framework: &'a str,
    /// Beside documents, which registrars look at everywhere.
    pub evidence: Vec<&'static str>,
}

/// The kind of evidence that a population registry is.
pub const OF_A_REGISTRY: &str = "electronic_record";

/// The kind of evidence that a qualified certificate is.
pub const OF_A_CERTIFICATE: &str = "electronic_signature";

/// What a client's program calls, and may have to prove itself or its tokens at: what there is an alias of where it comes with a
/// certificate. `http::router` has the same at the listener for certificates.
const OF_PROGRAMS: &[(&str, &str)] = &[
    ("token_endpoint", "/token"),
    ("userinfo_endpoint", "/userinfo"),
    ("revocation_endpoint", "/revoke"),
    ("introspection_endpoint", "/introspect"),
    ("backchannel_authentication_endpoint", "/bc-authorize"),
    ("pushed_authorization_request_endpoint", "/par"),
    ("device_authorization_endpoint", "/device_authorization"),
];

/// Claims of ID tokens that no scope has to release.
const ID_TOKEN_CLAIMS: &[&str] =
    &["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "authentication_level"];

impl Metadata {
    pub fn new(offer: Offer<'_>) -> Self {
        let signing: Vec<_> = offer.algorithms.iter().map(|algorithm| algorithm.name()).collect();
        let key_management: Vec<_> = KeyManagementAlgorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
        let content_encryption: Vec<_> = ContentEncryption::ALL.iter().map(|algorithm| algorithm.name()).collect();
        let endpoint = |path: &str| format!("{}{path}", offer.issuer);
        let methods: Vec<_> = offer.methods.iter().map(|method| method.as_str()).collect();
        let proving = offer.methods.iter().filter(|method| **method != ClientAuthenticationMethod::None);
        let confidential: Vec<_> = proving.map(|method| method.as_str()).collect();
        let mut aliases = OF_PROGRAMS.to_vec();
        aliases.extend(offer.registration.map(|path| ("registration_endpoint", path)));
        Self {
            issuer: offer.issuer.to_owned(),
            authorization_endpoint: endpoint("/authorize"),
            token_endpoint: endpoint("/token"),
            userinfo_endpoint: endpoint("/userinfo"),
            jwks_uri: endpoint("/jwks.json"),
            revocation_endpoint: endpoint("/revoke"),
            pushed_authorization_request_endpoint: endpoint("/par"),
            // Of those clients alone whose registration or policy says so.
            require_pushed_authorization_requests: false,
            introspection_endpoint: endpoint("/introspect"),
            device_authorization_endpoint: endpoint("/device_authorization"),
            backchannel_authentication_endpoint: endpoint("/bc-authorize"),
            backchannel_token_delivery_modes_supported: &["poll", "ping"],
            backchannel_authentication_request_signing_alg_values_supported: SignatureAlgorithm::ALL
                .map(SignatureAlgorithm::name)
                .into(),
            backchannel_user_code_parameter_supported: false,
            end_session_endpoint: endpoint("/logout"),
            registration_endpoint: offer.registration.map(endpoint),
            scopes_supported: claims::all_scopes(),
            response_types_supported: ResponseType::ALL.map(ResponseType::as_str).to_vec(),
            response_modes_supported: ResponseMode::ALL
                .map(ResponseMode::as_str)
                .into_iter()
                .chain([ResponseMode::JWT])
                .collect(),
            grant_types_supported: GrantType::offered(offer.assertions)
                .map(GrantType::as_str)
                // What the authorization endpoint grants by itself: it has no grant_type at the token endpoint.
                .chain(["implicit"])
                .collect(),
            subject_types_supported: &["pairwise", "public"],
            id_token_signing_alg_values_supported: signing.clone(),
            id_token_encryption_alg_values_supported: key_management.clone(),
            id_token_encryption_enc_values_supported: content_encryption.clone(),
            userinfo_signing_alg_values_supported: signing.clone(),
            userinfo_encryption_alg_values_supported: key_management.clone(),
            userinfo_encryption_enc_values_supported: content_encryption.clone(),
            token_endpoint_auth_methods_supported: methods.clone(),
            token_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
            dpop_signing_alg_values_supported: dpop::ALGORITHMS.map(SignatureAlgorithm::name).into(),
            revocation_endpoint_auth_methods_supported: methods,
            revocation_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
            introspection_endpoint_auth_methods_supported: confidential,
            introspection_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
            introspection_signing_alg_values_supported: signing.clone(),
            introspection_encryption_alg_values_supported: key_management.clone(),
            introspection_encryption_enc_values_supported: content_encryption.clone(),
            code_challenge_methods_supported: &["S256"],
            prompt_values_supported: &["none", "login", "consent", "select_account", "create"],
            claims_supported: ID_TOKEN_CLAIMS
                .iter()
                .copied()
                .chain(claims::CLAIMS.iter().map(|rule| rule.claim))
                .collect(),
            claim_types_supported: &["normal"],
            acr_values_supported: offer.acr_values,
            ui_locales_supported: offer.languages,
            claims_parameter_supported: true,
            display_values_supported: &["page"],
            request_parameter_supported: true,
            request_uri_parameter_supported: true,
            require_request_uri_registration: true,
            request_object_signing_alg_values_supported: SignatureAlgorithm::ALL.map(SignatureAlgorithm::name).into(),
            request_object_encryption_alg_values_supported: key_management.clone(),
            request_object_encryption_enc_values_supported: content_encryption.clone(),
            authorization_response_iss_parameter_supported: true,
            verified_claims_supported: true,
            trust_frameworks_supported: vec![offer.identity.trust_framework.to_owned()],
            evidence_supported: ["document"].into_iter().chain(offer.identity.evidence.iter().copied()).collect(),
            documents_supported: DocumentKind::ALL.map(DocumentKind::as_str).to_vec(),
            documents_check_methods_supported: CheckMethod::ALL.map(CheckMethod::as_str).to_vec(),
            electronic_records_supported: match offer.identity.evidence.contains(&OF_A_REGISTRY) {
                true => vec!["population_register"],
                false => Vec::new(),
            },
            claims_in_verified_claims_supported: verified_claims::SUPPORTED,
            protected_resources: vec![offer.issuer.to_owned()],
            authorization_signing_alg_values_supported: signing,
            authorization_encryption_alg_values_supported: key_management.clone(),
            authorization_encryption_enc_values_supported: content_encryption.clone(),
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            frontchannel_logout_supported: true,
            frontchannel_logout_session_supported: true,
            check_session_iframe: endpoint("/check-session"),
            tls_client_certificate_bound_access_tokens: offer.certificates != AcceptedCertificates::None,
            authorization_details_types_supported: offer.authorization_details_types.to_vec(),
            mtls_endpoint_aliases: offer
                .mtls_url
                .map(|base| aliases.into_iter().map(|(name, path)| (name, format!("{base}{path}"))).collect()),
            op_policy_uri: offer.policy_uri,
            op_tos_uri: offer.terms_uri,
            sandbox: offer.mode.is_sandbox().then_some(true),
        }
    }
}

/// What assertions may be signed with; RFC 8414 §2 keeps `none` out.
fn assertion_algorithms() -> Vec<&'static str> {
    [&SignatureAlgorithm::ALL.map(SignatureAlgorithm::name)[..], &MacAlgorithm::ALL.map(MacAlgorithm::name)].concat()
}
