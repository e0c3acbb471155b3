//! The integration tests, one file a feature. They run real servers of their own (`support`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod admin_api;
mod certificates;
mod cli;
#[path = "../conformance/mod.rs"]
mod conformance;
mod floors;
mod hardware;
mod identifiers;
mod oauth;
mod operations;
mod organisations;
mod outbound;
mod pages;
mod relying_party;
mod repository;
mod resource_server;
mod security;
mod sessions;
mod signals;
mod storage;
mod support;
mod tls;
