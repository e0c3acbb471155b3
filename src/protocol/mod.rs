//! OAuth 2.0 and OpenID Connect rules: values in, a decision or an [`OAuthError`] out. Never async.
//!
//! | endpoint | where its rules are |
//! |---|---|
//! | authorization | [`authorize`]: the request, then a table of checks (one rule a file), then what `prompt` asks for |
//! | backchannel authentication | [`backchannel`]: signed or not, whom it is about, what is asked for |
//! | token | [`token`]: one file a grant type; [`client_auth`] who asks, [`pkce`] that it is who began |
//! | what tokens and userinfo tell of a person | [`claims`], [`acr`]; which claims a scope releases is `domain::claims` |
//! | which key a token is bound to | [`dpop`] the proof, [`key_binding`] what is demanded, [`presented_token`] at resources |
//! | device authorization | [`device_authorization`], over the same table of checks |
//! | revocation, logout, discovery | [`revocation`], [`logout`], [`discovery`] |
//! | what each client must keep to beyond that | [`policy`]: one table of rules, in named sets |
//! | events to portals | [`signals`] |
//! | registration, and operators' clients | [`registration`]: one table of rules over a whole client |

pub mod access_token;
pub mod acr;
pub mod audience;
pub mod authorization_details;
pub mod authorize;
pub mod backchannel;
pub mod claims;
pub mod client_auth;
pub mod client_cert;
pub mod device_authorization;
pub mod discovery;
pub mod dpop;
pub mod error;
pub mod explain;
pub mod id_token;
pub mod introspection;
pub mod key_binding;
pub mod logout;
pub mod logout_token;
pub mod organisation_claim;
pub mod parameters;
pub mod pkce;
pub mod policy;
pub mod presented_token;
pub mod protected_resource;
pub mod redirect;
pub mod registration;
pub mod resource_indicators;
pub mod revocation;
pub mod session_state;
pub mod signals;
pub mod tlog_witness;
pub mod token;
pub mod token_form;
pub mod userinfo;
pub mod verified_claims;

pub use error::{ErrorCode, OAuthError};
