//! The options of `senid client create|update` that go beyond plain OpenID Connect.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::release;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::domain::assurance::{AccountLevel, AuthenticationLevel};
use crate::domain::client::{GrantType, PolicyName};
use crate::domain::encryption::{ContentEncryption, KeyManagementAlgorithm};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::{AccessTokenFormat, ResourceId};
use crate::flows::admin::further::{Further, OrNone};

/// In the place of what it has; what is not named stays as it is.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(id = "further", multiple = true)]
pub struct Options {
    /// What it must keep to: legacy-openid, baseline, fapi2, fapi2-message-signing or one of the settings (docs/policies.md).
    #[arg(long, value_name = "NAME")]
    policy: Option<PolicyName>,
    /// What it comes by tokens with, such as client_credentials. May be repeated.
    #[arg(long, value_name = "GRANT")]
    grant_type: Vec<GrantType>,
    /// A resource server that it may ask for tokens for, or none. May be repeated.
    #[arg(long, value_name = "URI")]
    resource: Vec<String>,
    /// A type of authorization_details that it may ask for, or none. May be repeated.
    #[arg(long, value_name = "TYPE")]
    authorization_details_type: Vec<String>,
    /// What its access tokens look like: jwt or opaque, or none to leave it to the resource server.
    #[arg(long, value_name = "FORMAT")]
    access_token_format: Option<OrNone<AccessTokenFormat>>,
    /// The authentication level that every sign-in for it must reach, whatever its requests say: 1 or 2.
    #[arg(long, value_name = "LEVEL", value_parser = level::<AuthenticationLevel>)]
    least_level: Option<AuthenticationLevel>,
    /// How well citizens must be known who sign in to it: 0, 1 or 2.
    #[arg(long, value_name = "LEVEL", value_parser = level::<AccountLevel>)]
    least_account_level: Option<AccountLevel>,
    /// Every sign-in for it is with something that could not have been handed to another site.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    phishing_resistant: Option<bool>,
    /// And with a key that cannot leave its hardware.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    hardware_bound: Option<bool>,
    /// The subject of its certificate, for tls_client_auth; as RFC 4514 writes it, such as "CN=portal,O=Ministry,C=VN".
    #[arg(long, value_name = "DN")]
    tls_client_auth_subject_dn: Option<String>,
    /// Or a name among its certificate's alternative names.
    #[arg(long, value_name = "NAME")]
    tls_client_auth_san_dns: Option<String>,
    #[arg(long, value_name = "URI")]
    tls_client_auth_san_uri: Option<String>,
    #[arg(long, value_name = "ADDRESS")]
    tls_client_auth_san_ip: Option<String>,
    #[arg(long, value_name = "ADDRESS")]
    tls_client_auth_san_email: Option<String>,
    /// Every access token is bound to its TLS certificate.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    tls_client_certificate_bound_access_tokens: Option<bool>,
    /// Every access token is bound to a key by DPoP.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    dpop_bound_access_tokens: Option<bool>,
    /// It pushes every authorization request.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    require_pushed_authorization_requests: Option<bool>,
    /// It signs every authorization request.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    require_signed_request_object: Option<bool>,
    /// The one algorithm of its request objects, or none to take any.
    #[arg(long, value_name = "ALG")]
    request_object_signing_alg: Option<OrNone<SignatureAlgorithm>>,
    /// What answers of the authorization endpoint are signed with (JARM), or none.
    #[arg(long, value_name = "ALG")]
    authorization_signed_response_alg: Option<OrNone<SignatureAlgorithm>>,
    #[arg(long, value_name = "ALG")]
    authorization_encrypted_response_alg: Option<OrNone<KeyManagementAlgorithm>>,
    #[arg(long, value_name = "ENC")]
    authorization_encrypted_response_enc: Option<ContentEncryption>,
    /// What introspection answers are signed with, or none for plain JSON where it asks for no token.
    #[arg(long, value_name = "ALG")]
    introspection_signed_response_alg: Option<OrNone<SignatureAlgorithm>>,
    #[arg(long, value_name = "ALG")]
    introspection_encrypted_response_alg: Option<OrNone<KeyManagementAlgorithm>>,
    #[arg(long, value_name = "ENC")]
    introspection_encrypted_response_enc: Option<ContentEncryption>,
    /// How it learns of a person's answer to a CIBA request: poll or ping, or none.
    #[arg(long, value_name = "MODE")]
    backchannel_token_delivery_mode: Option<String>,
    /// Where it is told, with ping.
    #[arg(long, value_name = "URI")]
    backchannel_client_notification_endpoint: Option<String>,
    /// The one algorithm of its signed CIBA requests.
    #[arg(long, value_name = "ALG")]
    backchannel_authentication_request_signing_alg: Option<SignatureAlgorithm>,
    /// What its ID tokens are encrypted with, to a key of its own; or none.
    #[arg(long, value_name = "ALG")]
    id_token_encrypted_response_alg: Option<OrNone<KeyManagementAlgorithm>>,
    #[arg(long, value_name = "ENC")]
    id_token_encrypted_response_enc: Option<ContentEncryption>,
    /// What userinfo is signed with, or none for plain JSON.
    #[arg(long, value_name = "ALG")]
    userinfo_signed_response_alg: Option<OrNone<SignatureAlgorithm>>,
    #[arg(long, value_name = "ALG")]
    userinfo_encrypted_response_alg: Option<OrNone<KeyManagementAlgorithm>>,
    #[arg(long, value_name = "ENC")]
    userinfo_encrypted_response_enc: Option<ContentEncryption>,
    #[command(flatten)]
    release: release::Options,
}

impl Options {
    pub fn into_further(self) -> Result<Further, Failure> {
        Ok(Further {
            policy: self.policy,
            grant_types: (!self.grant_type.is_empty()).then(|| self.grant_type.into_iter().collect()),
            resources: set::<ResourceId>("--resource", self.resource)?,
            authorization_details_types: set("--authorization-details-type", self.authorization_details_type)?,
            access_token_format: self.access_token_format,
            least_account_level: self.least_account_level,
            least_authentication_level: self.least_level,
            phishing_resistant: self.phishing_resistant,
            hardware_bound: self.hardware_bound,
            tls_client_auth_subject_dn: self.tls_client_auth_subject_dn,
            tls_client_auth_san_dns: self.tls_client_auth_san_dns,
            tls_client_auth_san_uri: self.tls_client_auth_san_uri,
            tls_client_auth_san_ip: self.tls_client_auth_san_ip,
            tls_client_auth_san_email: self.tls_client_auth_san_email,
            tls_client_certificate_bound_access_tokens: self.tls_client_certificate_bound_access_tokens,
            dpop_bound_access_tokens: self.dpop_bound_access_tokens,
            require_pushed_authorization_requests: self.require_pushed_authorization_requests,
            require_signed_request_object: self.require_signed_request_object,
            request_object_signing_alg: self.request_object_signing_alg,
            authorization_signed_response_alg: self.authorization_signed_response_alg,
            authorization_encrypted_response_alg: self.authorization_encrypted_response_alg,
            authorization_encrypted_response_enc: self.authorization_encrypted_response_enc,
            introspection_signed_response_alg: self.introspection_signed_response_alg,
            introspection_encrypted_response_alg: self.introspection_encrypted_response_alg,
            introspection_encrypted_response_enc: self.introspection_encrypted_response_enc,
            backchannel_token_delivery_mode: self.backchannel_token_delivery_mode,
            backchannel_client_notification_endpoint: self.backchannel_client_notification_endpoint,
            backchannel_authentication_request_signing_alg: self.backchannel_authentication_request_signing_alg,
            id_token_encrypted_response_alg: self.id_token_encrypted_response_alg,
            id_token_encrypted_response_enc: self.id_token_encrypted_response_enc,
            userinfo_signed_response_alg: self.userinfo_signed_response_alg,
            userinfo_encrypted_response_alg: self.userinfo_encrypted_response_alg,
            userinfo_encrypted_response_enc: self.userinfo_encrypted_response_enc,
            release: self.release.into_change()?,
        })
    }
}

fn level<L: TryFrom<i16, Error: std::fmt::Display>>(typed: &str) -> Result<L, String> {
    let number: i16 = typed.parse().map_err(|_| "expected a number".to_owned())?;
    L::try_from(number).map_err(|why| why.to_string())
}

/// What was named, all of it; nothing after the word `none`; `None` where nothing was named.
fn set<T: FromStr<Err: std::fmt::Display> + Ord>(
    option: &str,
    texts: Vec<String>,
) -> Result<Option<BTreeSet<T>>, Failure> {
    match texts.as_slice() {
        [] => return Ok(None),
        [one] if one == "none" => return Ok(Some(BTreeSet::new())),
        _ => {}
    }
    let read = |text: &String| {
        text.parse().map_err(|why: T::Err| Failure::new(Exit::Usage, format!("{option} {text}: {why}")))
    };
    texts.iter().map(read).collect::<Result<_, _>>().map(Some)
}
