//! What the OpenID Foundation's conformance suite checks of an OpenID Provider, module by module, without the suite.
//!
//! [`relying_party`] plays the suite: it registers itself, sends a browser, and holds whatever comes back against the
//! standard with nothing of SenID's own code. [`modules`] says which test stands for which module of the suite.

mod ciba;
mod ciba_portal;
mod ciba_requests;
mod codes;
mod discovery;
mod ekyc;
mod fapi_clients;
mod fapi_dpop;
mod fapi_flows;
pub mod fapi_portal;
mod fapi_request_objects;
mod fapi_requests;
mod happy;
mod logout;
mod modules;
mod redirect_uris;
mod registration;
mod relying_party;
mod request_objects;
mod requests;
mod single_logout;
mod userinfo;
