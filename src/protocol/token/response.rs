//! The token endpoint's answer: RFC 6749 §5.1, OpenID Connect Core §3.1.3.3, RFC 9396 §7.

use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Serialize)]
pub struct TokenResponse {
    pub access_token: String,
    /// Of an exchange (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: u64,
    pub scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// As they were granted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
    /// Nothing of it is real.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<bool>,
}
