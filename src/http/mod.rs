//! The HTTP doors: axum only. [`router`] is the table of contents.

pub mod admin_api;
mod cookies;
mod delivery;
mod details;
mod error;
mod extract;
mod middleware;
mod mutual_tls;
mod oauth;
mod operations;
mod page;
mod pages;
mod patience;
pub mod router;
mod serve;
mod signals;
mod site;
pub mod witness;

pub use serve::{Listening, ServeError, Sockets, serve, serve_on};
pub use site::Site;
