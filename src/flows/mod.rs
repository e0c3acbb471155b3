//! Use cases, one a file: load, decide, save.
pub mod signing_keys;
