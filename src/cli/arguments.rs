//! What can be typed. Each command's own arguments are in its file.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::{
    admin, approvals, audit, capacity, citizen, client, deliveries, demo, details, disclosure, doctor, exchange, keys,
    messages, migrate, organisation, registration, registry, resource, serve, store, stream, trust, webauthn,
};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused or failed: not found, in conflict with what is there, or a fault of the machine
  2  wrong usage
  3  the settings are at fault
  4  a part of the deployment is away (database, Redis): try again
  5  done in part: an import rejected some lines, or a lock did not reach every store

Secrets are read from standard input (--secret-stdin, --password-stdin), never from arguments.";

/// One verified identity for every public portal: an OpenID Provider for a country's citizens.
#[derive(Debug, Parser)]
#[command(name = "senid", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Arguments {
    /// The file of settings; senid.toml where it is there.
    #[arg(long, global = true, env = "SENID_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON: one document, or one a line for lists.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Serve(serve::Arguments),
    Demo(demo::Arguments),
    #[command(flatten)]
    Administration(Administration),
}

/// What an operator does and is done with.
#[derive(Debug, Subcommand)]
pub enum Administration {
    Migrate(migrate::Arguments),
    /// Says what is wrong with the settings, or prints those in force, without secrets.
    CheckConfig,
    Doctor(doctor::Arguments),
    Capacity(capacity::Arguments),
    /// Signing keys and the master key.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Portals that citizens sign in to.
    #[command(subcommand)]
    Client(client::Command),
    /// Programs that access tokens are for.
    #[command(subcommand)]
    Resource(resource::Command),
    /// Clients that register themselves.
    #[command(subcommand)]
    Registration(registration::Command),
    /// The population registry, and who is to be asked about.
    #[command(subcommand)]
    Registry(registry::Command),
    /// Types of authorization details that portals may ask people to allow (RFC 9396).
    #[command(subcommand)]
    Details(details::Command),
    /// The people who sign in.
    #[command(subcommand)]
    Citizen(citizen::Command),
    /// The organisations that people act for.
    #[command(subcommand)]
    Organisation(organisation::Command),
    /// The whole deployment in a file.
    #[command(subcommand)]
    Store(store::Command),
    /// What was recorded.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Who administers, by which role.
    #[command(subcommand)]
    Admin(admin::Command),
    /// What takes a second person.
    #[command(subcommand)]
    Approvals(approvals::Command),
    /// The register of lawful disclosures: what authorities that the law lets ask were told of whom.
    #[command(subcommand)]
    Disclosure(disclosure::Command),
    /// Whose certificates citizens sign in with, and what becomes of one.
    #[command(subcommand)]
    Trust(trust::Command),
    /// Which portals are still to be told that somebody signed out.
    #[command(subcommand)]
    Deliveries(deliveries::Command),
    /// Portals' streams of security events (SSF), and what became of the events.
    #[command(subcommand)]
    Stream(stream::Command),
    /// What citizens are still to be told by mail and text message, and what did not arrive.
    #[command(subcommand)]
    Messages(messages::Command),
    /// Which clients may exchange whose tokens for what (RFC 8693).
    #[command(subcommand)]
    Exchange(exchange::Command),
    /// What is known of passkeys' and security keys' models.
    #[command(subcommand)]
    Webauthn(webauthn::Command),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_hold_together() {
        super::Arguments::command().debug_assert();
    }
}
