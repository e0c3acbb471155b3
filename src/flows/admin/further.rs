//! What a client registers beyond plain OpenID Connect, as operators say it: its policy, its grants and resources, how its
//! tokens, requests and answers are protected. The same for a new client and for one that is changed.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::domain::assurance::{AccountLevel, Attainable, AuthenticationLevel, Requirement};
use crate::domain::client::{
    BackChannelDelivery, CertificateSubject, Client, ClientPolicy, GrantType, PolicyName, ProtectedAnswer, only_code,
};
use crate::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::{AccessTokenFormat, ResourceId, ResourceRegistry};
use crate::protocol::registration::{self, AskedOfBackChannel, back_channel, certificate_subject, standing_on};

use super::release::ReleaseChange;

/// In the members of registration metadata where those have them. What is not said stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Further {
    pub policy: Option<PolicyName>,
    pub grant_types: Option<BTreeSet<GrantType>>,
    pub resources: Option<BTreeSet<ResourceId>>,
    pub authorization_details_types: Option<BTreeSet<String>>,
    pub access_token_format: Option<OrNone<AccessTokenFormat>>,
    /// What every sign-in for it must reach, whatever its requests say.
    pub least_account_level: Option<AccountLevel>,
    pub least_authentication_level: Option<AuthenticationLevel>,
    pub phishing_resistant: Option<bool>,
    pub hardware_bound: Option<bool>,
    pub tls_client_auth_subject_dn: Option<String>,
    pub tls_client_auth_san_dns: Option<String>,
    pub tls_client_auth_san_uri: Option<String>,
    pub tls_client_auth_san_ip: Option<String>,
    pub tls_client_auth_san_email: Option<String>,
    pub tls_client_certificate_bound_access_tokens: Option<bool>,
    pub dpop_bound_access_tokens: Option<bool>,
    pub require_pushed_authorization_requests: Option<bool>,
    pub require_signed_request_object: Option<bool>,
    pub request_object_signing_alg: Option<OrNone<SignatureAlgorithm>>,
    pub authorization_signed_response_alg: Option<OrNone<SignatureAlgorithm>>,
    pub authorization_encrypted_response_alg: Option<OrNone<KeyManagementAlgorithm>>,
    pub authorization_encrypted_response_enc: Option<ContentEncryption>,
    pub introspection_signed_response_alg: Option<OrNone<SignatureAlgorithm>>,
    pub introspection_encrypted_response_alg: Option<OrNone<KeyManagementAlgorithm>>,
    pub introspection_encrypted_response_enc: Option<ContentEncryption>,
    pub backchannel_token_delivery_mode: Option<String>,
    pub backchannel_client_notification_endpoint: Option<String>,
    pub backchannel_authentication_request_signing_alg: Option<SignatureAlgorithm>,
    pub id_token_encrypted_response_alg: Option<OrNone<KeyManagementAlgorithm>>,
    pub id_token_encrypted_response_enc: Option<ContentEncryption>,
    pub userinfo_signed_response_alg: Option<OrNone<SignatureAlgorithm>>,
    pub userinfo_encrypted_response_alg: Option<OrNone<KeyManagementAlgorithm>>,
    pub userinfo_encrypted_response_enc: Option<ContentEncryption>,
    /// What it is approved to be told.
    pub release: ReleaseChange,
}

/// A value, or the word `none`, which takes away the one there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrNone<T> {
    None,
    Some(T),
}

impl<T: FromStr<Err: fmt::Display>> FromStr for OrNone<T> {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            text => text.parse().map(Self::Some).map_err(|why: T::Err| format!("{why}, or none")),
        }
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for OrNone<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<T: Copy> OrNone<T> {
    const fn value(self) -> Option<T> {
        match self {
            Self::None => None,
            Self::Some(value) => Some(value),
        }
    }
}

impl Further {
    /// The subject of the certificates that prove the client, if one is named.
    pub(super) fn certificate_subject(&self, faults: &mut Vec<registration::Fault>) -> Option<CertificateSubject> {
        let members = [
            &self.tls_client_auth_subject_dn,
            &self.tls_client_auth_san_dns,
            &self.tls_client_auth_san_uri,
            &self.tls_client_auth_san_ip,
            &self.tls_client_auth_san_email,
        ];
        certificate_subject(members.map(|text| text.as_deref()), faults)
    }

    /// Writes all that is said into `client`. How it proves itself is written by whoever knows its secret.
    pub(super) fn apply(
        &self,
        client: &mut Client,
        registry: &ResourceRegistry,
        attainable: &Attainable,
        faults: &mut Vec<registration::Fault>,
    ) {
        let policy = &mut client.policy;
        set(&mut policy.set, &self.policy);
        set(&mut client.resources, &self.resources);
        set(&mut client.authorization_details_types, &self.authorization_details_types);
        // Whoever may ask for a scope may have tokens for whom it belongs to.
        client.resources.extend(registry.owners(&client.scopes, &client.authorization_details_types));
        if let Some(format) = self.access_token_format {
            policy.access_token_format = format.value();
        }
        self.apply_assurance(&mut policy.assurance, attainable, faults);
        set(&mut policy.bound_access_tokens.certificate, &self.tls_client_certificate_bound_access_tokens);
        set(&mut policy.bound_access_tokens.dpop, &self.dpop_bound_access_tokens);
        set(&mut policy.pushed_requests_required, &self.require_pushed_authorization_requests);
        set(&mut client.request_objects.required, &self.require_signed_request_object);
        if let Some(algorithm) = self.request_object_signing_alg {
            client.request_objects.algorithm = algorithm.value();
        }
        let encrypted = (self.authorization_encrypted_response_alg, self.authorization_encrypted_response_enc);
        let member = "authorization_encrypted_response_enc";
        protect(&mut policy.authorization_response, self.authorization_signed_response_alg, encrypted, member, faults);
        let encrypted = (self.introspection_encrypted_response_alg, self.introspection_encrypted_response_enc);
        let member = "introspection_encrypted_response_enc";
        protect(&mut policy.introspection_response, self.introspection_signed_response_alg, encrypted, member, faults);
        self.apply_told(policy, faults);
        self.apply_back_channel(client, faults);
        self.release.apply(client, faults);
    }

    /// How what it is told of people is protected.
    fn apply_told(&self, policy: &mut ClientPolicy, faults: &mut Vec<registration::Fault>) {
        let mut id_token = ProtectedAnswer { algorithm: None, encryption: policy.id_token_encryption };
        let encrypted = (self.id_token_encrypted_response_alg, self.id_token_encrypted_response_enc);
        protect(&mut id_token, None, encrypted, "id_token_encrypted_response_enc", faults);
        policy.id_token_encryption = id_token.encryption;
        let mut userinfo =
            ProtectedAnswer { algorithm: policy.userinfo_algorithm, encryption: policy.userinfo_encryption };
        let encrypted = (self.userinfo_encrypted_response_alg, self.userinfo_encrypted_response_enc);
        let member = "userinfo_encrypted_response_enc";
        protect(&mut userinfo, self.userinfo_signed_response_alg, encrypted, member, faults);
        (policy.userinfo_algorithm, policy.userinfo_encryption) = (userinfo.algorithm, userinfo.encryption);
    }

    fn apply_assurance(&self, least: &mut Requirement, attainable: &Attainable, faults: &mut Vec<registration::Fault>) {
        set(&mut least.account_level, &self.least_account_level);
        set(&mut least.authentication_level, &self.least_authentication_level);
        set(&mut least.phishing_resistant, &self.phishing_resistant);
        set(&mut least.hardware_bound, &self.hardware_bound);
        if least.hardware_bound && !least.phishing_resistant {
            faults.push(registration::Fault::new(
                "hardware_bound",
                "is of no use without phishing_resistant: what can be phished is bound to nothing",
            ));
        }
        if let Some(member) = unattainable(*least, attainable) {
            faults.push(registration::Fault::new(
                member,
                "nobody could sign in: no method that the settings offer proves it",
            ));
        }
    }

    /// Writes the grant types, and holds the response types together with them: whichever of the two is not named follows
    /// from the other.
    pub(super) fn apply_grant_types(&self, client: &mut Client, response_types_are_named: bool) {
        match (&self.grant_types, response_types_are_named) {
            (Some(named), true) => client.grant_types.clone_from(named),
            (Some(named), false) => {
                client.grant_types.clone_from(named);
                let stands = |one: &_| GrantType::needed_by(*one).all(|grant| named.contains(&grant));
                client.response_types.retain(stands);
                if client.response_types.is_empty() && named.contains(&GrantType::AuthorizationCode) {
                    client.response_types = only_code();
                }
            }
            (None, _) => {
                let needed = standing_on(&client.response_types);
                client.grant_types.retain(|grant| *grant != GrantType::Implicit || needed.contains(grant));
                client.grant_types.extend(needed);
            }
        }
    }

    fn apply_back_channel(&self, client: &mut Client, faults: &mut Vec<registration::Fault>) {
        let present = client.backchannel_authentication.clone();
        let present_mode = present.as_ref().map(|registered| registered.delivery.mode());
        let mode = self.backchannel_token_delivery_mode.as_deref().or(present_mode);
        if mode == Some("none") {
            client.backchannel_authentication = None;
            return;
        }
        let present_endpoint = present.as_ref().and_then(|registered| match &registered.delivery {
            BackChannelDelivery::Ping { notification_endpoint } => Some(notification_endpoint.as_str()),
            BackChannelDelivery::Poll => None,
        });
        let kept_endpoint = present_endpoint.filter(|_| mode == Some("ping"));
        let asked = AskedOfBackChannel {
            mode,
            notification_endpoint: self.backchannel_client_notification_endpoint.as_deref().or(kept_endpoint),
            algorithm: self
                .backchannel_authentication_request_signing_alg
                .or_else(|| present.as_ref().and_then(|registered| registered.algorithm)),
        };
        client.backchannel_authentication = back_channel(asked, faults);
    }
}

/// The first part of `least` that nobody could meet together with those before it.
fn unattainable(least: Requirement, attainable: &Attainable) -> Option<&'static str> {
    let level = Requirement::level(least.authentication_level);
    let resistant = Requirement { phishing_resistant: least.phishing_resistant, ..level };
    let bound = Requirement { hardware_bound: least.hardware_bound, ..resistant };
    [("least_authentication_level", level), ("phishing_resistant", resistant), ("hardware_bound", bound)]
        .into_iter()
        .find(|(_, part)| !attainable.reaches(*part))
        .map(|(member, _)| member)
}

fn set<T: Clone>(field: &mut T, wanted: &Option<T>) {
    if let Some(wanted) = wanted {
        field.clone_from(wanted);
    }
}

fn protect(
    answer: &mut ProtectedAnswer,
    algorithm: Option<OrNone<SignatureAlgorithm>>,
    (alg, enc): (Option<OrNone<KeyManagementAlgorithm>>, Option<ContentEncryption>),
    enc_member: &'static str,
    faults: &mut Vec<registration::Fault>,
) {
    if let Some(algorithm) = algorithm {
        answer.algorithm = algorithm.value();
    }
    let present = answer.encryption;
    let alg = alg.map_or(present.map(|present| present.alg), OrNone::value);
    answer.encryption = match (alg, enc) {
        (Some(alg), enc) => {
            let enc = enc.or(present.map(|present| present.enc)).unwrap_or(ContentEncryption::A128CbcHs256);
            Some(Encryption { alg, enc })
        }
        (None, Some(_)) => {
            let alg_member = enc_member.replace("_enc", "_alg");
            faults.push(registration::Fault::new(enc_member, format!("is of no use without {alg_member}")));
            None
        }
        (None, None) => None,
    };
}
