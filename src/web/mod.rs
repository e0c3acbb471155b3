//! Templates, texts and static files of the pages, and the structs that fill them.
//!
//! A leaf: plain values in, HTML out (`askama::Template::render`). One file a page; what a page asks
//! back is said in its struct. Every form is a POST to its [`Form::action`] with the hidden field
//! `csrf`; where a form has several buttons, the one pressed is the field `choice`.
//!
//! [`layout`] is what all pages share, [`theme`] the operator's colours, [`assets`] the static files,
//! [`text`] the words; [`portal`] is the demonstration portal, which is another site.

pub mod account;
pub mod admin;
pub mod api;
pub mod assets;
pub mod certificate;
pub mod check_session;
pub mod claims;
pub mod consent;
pub mod console;
pub mod counter;
pub mod create;
pub mod csv;
pub mod details;
pub mod device;
pub mod device_code;
pub mod error;
pub mod form_post;
pub mod in_whose_name;
pub mod layout;
pub mod letter;
pub mod organisations;
pub mod passkey;
pub mod password;
pub mod pdf;
pub mod people;
pub mod portal;
pub mod qr;
pub mod recover;
pub mod sandbox;
pub mod schemes;
pub mod second_step;
pub mod self_registration;
pub mod sign_in;
pub mod sign_out;
pub mod snippet;
pub mod step_up;
pub mod text;
pub mod theme;
pub mod trial;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
