//! The documents that the portal reads from its provider: the crate's own, and what newer standards added to them.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    ProviderMetadata, UserInfoClaims,
};
use serde::{Deserialize, Serialize};

pub(super) type RelyingParty =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

pub(super) type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What newer standards added to discovery: RP-Initiated Logout §2.1, RFC 9207 §3.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MoreMetadata {
    pub(super) end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for MoreMetadata {}

/// SenID's own claims, beside the standard ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::demo::portal) struct MoreClaims {
    pub(in crate::demo::portal) national_id: Option<String>,
    pub(in crate::demo::portal) account_level: Option<u8>,
}

impl AdditionalClaims for MoreClaims {}

pub(in crate::demo::portal) type UserInfo = UserInfoClaims<MoreClaims, CoreGenderClaim>;
