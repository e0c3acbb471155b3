//! The command line, through the program itself; and what every command begins with.

mod citizens;
mod client_authentication;
mod clients;
mod deployment;
mod details;
mod import;
mod keys;
mod lock;
pub mod program;
mod resources;
mod settings;
mod store;
