//! Why an answer of an authenticator is not taken.

use webauthn_rs_core::error::WebauthnError;

use super::attestation;

/// What was wrong with it, as events and logs name it. Whoever sent it is told less.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is not what a browser sends")]
    Malformed,
    /// An assertion where an enrolment is expected, or the other way round.
    #[error("the client data is of another ceremony")]
    WrongType,
    #[error("the client data answers another challenge")]
    WrongChallenge,
    #[error("the client data names another origin")]
    WrongOrigin,
    #[error("it was made within a page of another origin")]
    CrossOrigin,
    #[error("it was made for another relying party")]
    WrongRelyingParty,
    #[error("nobody was there")]
    NotPresent,
    #[error("nobody was verified")]
    NotVerified,
    #[error("the key is of an algorithm that was not asked for, or is no sound key")]
    Algorithm,
    #[error("the user handle is somebody else's, or missing")]
    WrongOwner,
    #[error("the signature does not hold")]
    Signature,
    /// The key may have been copied.
    #[error("the signature counter did not go forward")]
    CounterFell,
    #[error("the backup flags contradict each other, or what they were")]
    BackupFlags,
    #[error("it is enrolled already")]
    Excluded,
    #[error("the attestation statement does not hold")]
    Attestation,
    #[error("no credential is taken from this authenticator: {0}")]
    Unacceptable(#[from] attestation::Refusal),
}

impl Refusal {
    /// One word for events and figures.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::WrongType => "wrong_type",
            Self::WrongChallenge => "wrong_challenge",
            Self::WrongOrigin => "wrong_origin",
            Self::CrossOrigin => "cross_origin",
            Self::WrongRelyingParty => "wrong_relying_party",
            Self::NotPresent => "not_present",
            Self::NotVerified => "not_verified",
            Self::Algorithm => "algorithm",
            Self::WrongOwner => "wrong_owner",
            Self::Signature => "signature",
            Self::CounterFell => "counter_fell",
            Self::BackupFlags => "backup_flags",
            Self::Excluded => "enrolled_already",
            Self::Attestation => "attestation",
            Self::Unacceptable(_) => "authenticator_not_accepted",
        }
    }
}

impl From<WebauthnError> for Refusal {
    fn from(error: WebauthnError) -> Self {
        use WebauthnError as E;
        match error {
            E::InvalidClientDataType => Self::WrongType,
            E::MismatchedChallenge => Self::WrongChallenge,
            E::InvalidRPOrigin => Self::WrongOrigin,
            E::CredentialCrossOrigin => Self::CrossOrigin,
            E::InvalidRPIDHash => Self::WrongRelyingParty,
            E::UserNotPresent => Self::NotPresent,
            E::UserNotVerified => Self::NotVerified,
            E::AuthenticationFailure | E::SignatureInvalid => Self::Signature,
            E::CredentialPossibleCompromise => Self::CounterFell,
            E::CredentialBackupEligibilityInconsistent | E::CredentialMayNotBeHardwareBound => Self::BackupFlags,
            E::CredentialAlteredAlgFromRequest
            | E::CredentialInsecureCryptography
            | E::COSEKeyInvalidCBORValue
            | E::COSEKeyInvalidType
            | E::COSEKeyEDUnsupported
            | E::COSEKeyECDSAXYInvalid
            | E::COSEKeyRSANEInvalid
            | E::COSEKeyECDSAInvalidCurve
            | E::COSEKeyEDDSAXInvalid
            | E::COSEKeyEDDSAInvalidCurve
            | E::COSEKeyInvalidAlgorithm
            | E::EcdsaPointInvalid
            | E::RsaParametersInvalid => Self::Algorithm,
            E::ParseBase64Failure(_)
            | E::ParseCBORFailure(_)
            | E::ParseJSONFailure(_)
            | E::ParseNOMFailure
            | E::ParseInsufficientBytesAvailable
            | E::MissingAttestationCredentialData => Self::Malformed,
            // What is left is said of statements.
            _ => Self::Attestation,
        }
    }
}
