//! Values, rules and state machines: no I/O, no clock of its own.

pub mod assurance;
pub mod audit;
pub mod authorization;
pub mod birthdate;
pub mod citizen;
pub mod claims;
pub mod claims_request;
pub mod client;
pub mod consent;
pub mod encryption;
pub mod grant;
pub mod ids;
pub mod issuer;
pub mod keys;
pub mod language_tag;
pub mod mac;
pub mod national_id;
pub mod password_hash;
pub mod password_policy;
pub mod random;
pub mod scope;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod sign_in_name;
pub mod time;
