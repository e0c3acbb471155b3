//! OAuth 2.0 and OpenID Connect, through the public door.

mod acr;
mod authorization_code;
mod authorize_checks;
mod authorize_pages;
mod claims_locales;
mod claims_parameter;
mod claims_table;
mod client_authentication;
mod code_flow;
mod documents;
mod encryption;
mod form_post;
mod front_channel;
mod hints;
mod issuer_path;
mod key_rotation;
mod logout;
mod pkce;
mod prompt;
mod refresh;
mod response_modes;
mod response_types;
mod revocation;
mod standing;
mod subjects;
mod userinfo;
