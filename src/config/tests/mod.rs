//! What an operator writes, and what they are told.

mod attestation;
mod certificates;
mod effective;
mod example;
mod faults;
mod jwt_grant;
mod messages;
mod mutual_tls;
mod policies;
mod registry;
mod trust;
mod values;

use std::path::Path;

use super::{Faults, Loaded, Settings};
use crate::domain::time::Timestamp;

/// 21 November 2026.
const NOW: Timestamp = Timestamp::from_seconds(1_795_219_200);

/// Loads `file` with `environment` over it.
fn load(file: &str, environment: &[(&str, &str)]) -> Result<Loaded, Faults> {
    load_at(file, environment, NOW)
}

fn load_at(file: &str, environment: &[(&str, &str)], now: Timestamp) -> Result<Loaded, Faults> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::parse(Some((Path::new("senid.toml"), file)), environment, now)
}

fn settings(file: &str, environment: &[(&str, &str)]) -> Settings {
    load(file, environment).unwrap_or_else(|faults| panic!("{faults}")).settings
}

/// Every fault's sentence.
fn sentences(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    match load(file, environment) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.0.iter().map(ToString::to_string).collect(),
    }
}

fn warnings(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let loaded = load(file, environment).unwrap_or_else(|faults| panic!("{faults}"));
    loaded.warnings.iter().map(ToString::to_string).collect()
}
