//! The command line, through the program itself; and what every command begins with.

mod account_life;
mod citizens;
mod client_authentication;
mod clients;
mod deployment;
mod details;
mod exchange;
mod import;
mod interrupted_import;
mod keys;
mod lock;
mod messages;
mod onboarding;
mod organisations;
mod policies;
pub mod program;
mod registration;
mod release;
mod resources;
mod sandbox;
mod settings;
mod store;
mod streams;
mod trust;
mod webauthn;
