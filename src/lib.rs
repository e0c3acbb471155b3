//! SenID: one verified identity for every public portal.
//!
//! The floor plan. A file imports only from floors below its own; `tests/it/floors.rs` holds the
//! `use` lines against this table.
//!
//! | floor | what it is | may import |
//! |---|---|---|
//! | [`domain`] | values, rules and state machines; no I/O, no clock of its own | nothing of ours |
//! | [`crypto`] | ring behind our own names: signatures, hashes, sealing, the key ring; hardware modules | `domain` |
//! | [`protocol`] | OAuth and OpenID rules: values in, a decision or an `OAuthError` out; never async | `domain`, `crypto` |
//! | [`credentials`] | what a citizen proves themselves with: passwords | `domain`, `crypto` |
//! | [`storage`] | SQL, one file an aggregate, each query once for Postgres and SQLite | `domain`, `crypto` |
//! | [`sessions`] | the short-lived store: Redis or in-process | `domain`, `crypto` |
//! | [`outbound`] | the one way to fetch what an address of somebody else's holds | `domain`, `crypto` |
//! | [`flows`] | use cases, one a file: load, decide, save | all of the above, `config` |
//! | [`http`], [`jobs`], [`cli`], [`demo`] | the doors | `flows`, `domain`, `protocol`, `crypto`, `config`, `web` |
//! | [`app`] | puts the house together from the settings | everything |
//!
//! [`config`] (may import `domain`) and [`web`] (templates and texts) are leaves.
//!
//! An authorization request travels `http::router` → `http::oauth::authorize` → `flows::authorize` →
//! `protocol::authorize` (`request`, then the table in `checks`, then `prompt`); its answer `flows::answer` →
//! `protocol::authorize::answer` → `http::delivery`, at once or at the end of `flows::sign_in`.
//!
//! A token request travels `http::router` → `http::oauth::token` → `flows::token` → `flows::client_authentication` →
//! `protocol::token::authorization_code` → `flows::signed_tokens` → `protocol::id_token` → `crypto::jws`: down once, up once.

pub mod app;
pub mod cli;
pub mod config;
pub mod credentials;
pub mod crypto;
pub mod demo;
pub mod domain;
pub mod flows;
pub mod http;
pub mod jobs;
pub mod outbound;
pub mod protocol;
pub mod sessions;
pub mod storage;
pub mod web;
