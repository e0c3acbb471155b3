//! What a client asks to be registered with: the members of RFC 7591 §2, OpenID Connect Dynamic Client Registration §2,
//! RP-Initiated Logout §3.1, Back-Channel Logout §2.2, Front-Channel Logout §2, RFC 9101 §10.5, RFC 8705 §2.1.2 and §3.4,
//! RFC 9449 §5.2, RFC 9126 §6, JARM §3, RFC 9701 §6, RFC 9396 §10 and CIBA Core §4.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

use super::fault::Faults;
use super::members::Members;
use super::unsupported;
use crate::domain::authorization::ResponseType;
use crate::domain::client::{ApplicationType, ClientAuthenticationMethod, GrantType, Localised, SubjectType};
use crate::domain::encryption::{ContentEncryption, KeyManagementAlgorithm};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::scope::ScopeSet;
use crate::protocol::registration::SUBJECT_MEMBERS;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub application_type: ApplicationType,
    pub response_types: Option<BTreeSet<ResponseType>>,
    pub grant_types: Option<BTreeSet<GrantType>>,
    pub scope: Option<ScopeSet>,

    pub token_endpoint_auth_method: ClientAuthenticationMethod,
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// A JWK set, as JSON.
    pub jwks: Option<Map<String, Value>>,
    pub jwks_uri: Option<String>,

    pub client_name: Localised,
    pub client_uri: Option<String>,
    pub logo_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
    pub contacts: Vec<String>,
    pub software_id: Option<String>,
    pub software_version: Option<String>,

    pub subject_type: Option<SubjectType>,
    pub sector_identifier_uri: Option<String>,

    pub id_token_signed_response_alg: Option<SignatureAlgorithm>,
    pub id_token_encrypted_response_alg: Option<KeyManagementAlgorithm>,
    pub id_token_encrypted_response_enc: Option<ContentEncryption>,
    pub userinfo_signed_response_alg: Option<SignatureAlgorithm>,
    pub userinfo_encrypted_response_alg: Option<KeyManagementAlgorithm>,
    pub userinfo_encrypted_response_enc: Option<ContentEncryption>,
    pub request_object_signing_alg: Option<SignatureAlgorithm>,
    pub request_object_encryption_alg: Option<KeyManagementAlgorithm>,
    pub request_object_encryption_enc: Option<ContentEncryption>,

    pub request_uris: Vec<String>,
    pub require_signed_request_object: bool,
    pub default_max_age: Option<Duration>,
    pub default_acr_values: Vec<String>,
    pub require_auth_time: bool,
    pub initiate_login_uri: Option<String>,

    pub backchannel_logout_uri: Option<String>,
    pub backchannel_logout_session_required: bool,
    pub frontchannel_logout_uri: Option<String>,
    pub frontchannel_logout_session_required: bool,

    /// As [`SUBJECT_MEMBERS`] name them.
    pub tls_client_auth_subject: [Option<String>; 5],
    pub tls_client_certificate_bound_access_tokens: bool,
    pub dpop_bound_access_tokens: bool,
    pub require_pushed_authorization_requests: bool,
    pub authorization_signed_response_alg: Option<SignatureAlgorithm>,
    pub authorization_encrypted_response_alg: Option<KeyManagementAlgorithm>,
    pub authorization_encrypted_response_enc: Option<ContentEncryption>,
    pub introspection_signed_response_alg: Option<SignatureAlgorithm>,
    pub introspection_encrypted_response_alg: Option<KeyManagementAlgorithm>,
    pub introspection_encrypted_response_enc: Option<ContentEncryption>,
    pub authorization_details_types: BTreeSet<String>,
    pub backchannel_token_delivery_mode: Option<String>,
    pub backchannel_client_notification_endpoint: Option<String>,
    pub backchannel_authentication_request_signing_alg: Option<SignatureAlgorithm>,
}

impl Metadata {
    /// Reads the members that there are rules for.
    ///
    /// # Errors
    /// Every member that is of another type or says another word than it may, and those that ask for what is not done
    /// here.
    pub fn read(members: &Map<String, Value>) -> Result<Self, Faults> {
        let mut from = Members::new(members);
        from.in_one_language(&["client_uri", "logo_uri", "policy_uri", "tos_uri"]);
        unsupported::check(&mut from);
        let metadata = Self {
            redirect_uris: from.texts("redirect_uris").unwrap_or_default(),
            post_logout_redirect_uris: from.texts("post_logout_redirect_uris").unwrap_or_default(),
            application_type: from.word("application_type").unwrap_or_default(),
            response_types: from.words("response_types"),
            grant_types: from.words("grant_types"),
            scope: from.word("scope"),
            token_endpoint_auth_method: from.word("token_endpoint_auth_method").unwrap_or_default(),
            token_endpoint_auth_signing_alg: from.text("token_endpoint_auth_signing_alg"),
            jwks: jwks(&mut from),
            jwks_uri: from.text("jwks_uri"),
            client_name: from.localised("client_name"),
            client_uri: from.text("client_uri"),
            logo_uri: from.text("logo_uri"),
            policy_uri: from.text("policy_uri"),
            tos_uri: from.text("tos_uri"),
            contacts: from.texts("contacts").unwrap_or_default(),
            software_id: from.text("software_id"),
            software_version: from.text("software_version"),
            subject_type: from.word("subject_type"),
            sector_identifier_uri: from.text("sector_identifier_uri"),
            id_token_signed_response_alg: from.word("id_token_signed_response_alg"),
            id_token_encrypted_response_alg: from.word("id_token_encrypted_response_alg"),
            id_token_encrypted_response_enc: from.word("id_token_encrypted_response_enc"),
            userinfo_signed_response_alg: from.word("userinfo_signed_response_alg"),
            userinfo_encrypted_response_alg: from.word("userinfo_encrypted_response_alg"),
            userinfo_encrypted_response_enc: from.word("userinfo_encrypted_response_enc"),
            request_object_signing_alg: from.word("request_object_signing_alg"),
            request_object_encryption_alg: from.word("request_object_encryption_alg"),
            request_object_encryption_enc: from.word("request_object_encryption_enc"),
            request_uris: from.texts("request_uris").unwrap_or_default(),
            require_signed_request_object: from.flag("require_signed_request_object").unwrap_or_default(),
            default_max_age: from.seconds("default_max_age"),
            default_acr_values: from.texts("default_acr_values").unwrap_or_default(),
            require_auth_time: from.flag("require_auth_time").unwrap_or_default(),
            initiate_login_uri: from.text("initiate_login_uri"),
            backchannel_logout_uri: from.text("backchannel_logout_uri"),
            backchannel_logout_session_required: from.flag("backchannel_logout_session_required").unwrap_or_default(),
            frontchannel_logout_uri: from.text("frontchannel_logout_uri"),
            frontchannel_logout_session_required: from.flag("frontchannel_logout_session_required").unwrap_or_default(),
            tls_client_auth_subject: SUBJECT_MEMBERS.map(|member| from.text(member)),
            tls_client_certificate_bound_access_tokens: from
                .flag("tls_client_certificate_bound_access_tokens")
                .unwrap_or_default(),
            dpop_bound_access_tokens: from.flag("dpop_bound_access_tokens").unwrap_or_default(),
            require_pushed_authorization_requests: from
                .flag("require_pushed_authorization_requests")
                .unwrap_or_default(),
            authorization_signed_response_alg: from.word("authorization_signed_response_alg"),
            authorization_encrypted_response_alg: from.word("authorization_encrypted_response_alg"),
            authorization_encrypted_response_enc: from.word("authorization_encrypted_response_enc"),
            introspection_signed_response_alg: from.word("introspection_signed_response_alg"),
            introspection_encrypted_response_alg: from.word("introspection_encrypted_response_alg"),
            introspection_encrypted_response_enc: from.word("introspection_encrypted_response_enc"),
            authorization_details_types: from
                .texts("authorization_details_types")
                .unwrap_or_default()
                .into_iter()
                .collect(),
            backchannel_token_delivery_mode: from.text("backchannel_token_delivery_mode"),
            backchannel_client_notification_endpoint: from.text("backchannel_client_notification_endpoint"),
            backchannel_authentication_request_signing_alg: from.word("backchannel_authentication_request_signing_alg"),
        };
        from.faults.none().map(|()| metadata)
    }
}

fn jwks(from: &mut Members<'_>) -> Option<Map<String, Value>> {
    let value = from.value("jwks")?;
    let set = value.as_object().cloned();
    if set.is_none() {
        from.faults.add("jwks", "expected a JWK set: an object with a list named keys (RFC 7517 section 5)");
    }
    set
}
