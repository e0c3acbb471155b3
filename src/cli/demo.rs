//! `senid demo`: SenID with made-up people and a portal, on this machine alone.

use std::path::PathBuf;

use clap::Args;

use crate::domain::secret::SecretString;

/// Runs a demonstration: SenID, made-up people, and a portal to sign in to. Nothing in it is real, and nothing in it is safe.
#[derive(Clone, Debug, Args)]
pub struct Arguments {
    /// Where SenID listens on localhost.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Where the portal listens on localhost.
    #[arg(long, default_value_t = 8081)]
    pub portal_port: u16,
    /// Where health and metrics are; by default the system picks a free port.
    #[arg(long, default_value_t = 0)]
    pub operations_port: u16,
    /// As a fault-injecting sandbox: nobody but made-up people, and for each sign-in it is chosen who signs in and what goes wrong.
    #[arg(long)]
    pub sandbox: bool,
    /// The folder for the demonstration's database and keys; a sandbox has one of its own, .demo-sandbox.
    #[arg(long, default_value = ".demo", default_value_if("sandbox", "true", ".demo-sandbox"))]
    pub data: PathBuf,
    /// A Postgres database instead of the embedded one: postgres://…
    #[arg(long, value_parser = secret)]
    pub database_url: Option<SecretString>,
    /// A Redis server instead of the in-process store: redis://…
    #[arg(long, value_parser = secret)]
    pub redis_url: Option<SecretString>,
    /// More settings, as in senid.toml: authorities of certificates, a mail server. The demonstration's own go before them:
    /// where it listens, its database, its keys.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::new(text))
}
