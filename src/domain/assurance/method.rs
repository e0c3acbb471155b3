//! What a person can prove themselves with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was used to sign in. Its wire name stands in stored records and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AuthenticationMethod {
    #[serde(rename = "pwd")]
    Password,
    /// A passkey or a security key: an assertion by a key that was made for this server (WebAuthn).
    #[serde(rename = "webauthn")]
    WebAuthn,
    /// A digital-signature certificate, however it was presented.
    #[serde(rename = "certificate")]
    Certificate,
    /// A code of an authenticator application (RFC 6238).
    #[serde(rename = "totp")]
    Totp,
    /// One of a list of codes that is used once.
    #[serde(rename = "recovery")]
    RecoveryCode,
    #[serde(rename = "sms")]
    SmsCode,
    /// Shows that a mailbox is at hand, and is no factor.
    #[serde(rename = "email")]
    EmailCode,
    /// A code on paper that an officer handed over, who saw the person.
    #[serde(rename = "counter")]
    CounterCode,
}

impl AuthenticationMethod {
    pub const ALL: [Self; 8] = [
        Self::Password,
        Self::WebAuthn,
        Self::Certificate,
        Self::Totp,
        Self::RecoveryCode,
        Self::SmsCode,
        Self::EmailCode,
        Self::CounterCode,
    ];

    /// As events, settings and figures name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::WebAuthn => "webauthn",
            Self::Certificate => "certificate",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery",
            Self::SmsCode => "sms",
            Self::EmailCode => "email",
            Self::CounterCode => "counter",
        }
    }

    /// Whether it is a short secret that somebody may come upon by trying; a signature is not.
    pub const fn is_guessable(self) -> bool {
        !matches!(self, Self::WebAuthn | Self::Certificate)
    }

    /// The `amr` value of one proof by this (RFC 8176 §2, and `pop` of OpenID Connect Extended Authentication Profile 1.0):
    /// `hardware` where the key is known to live in hardware, of which nothing is said where it is not.
    pub const fn amr(self, hardware: bool) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::WebAuthn if hardware => "hwk",
            Self::Certificate if hardware => "sc",
            Self::WebAuthn | Self::Certificate => "pop",
            Self::Totp | Self::RecoveryCode | Self::EmailCode | Self::CounterCode => "otp",
            Self::SmsCode => "sms",
        }
    }
}

impl fmt::Display for AuthenticationMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
