//! `senid serve`: serves until it is told to stop.

use clap::Args;

/// Serves citizens and portals until it is told to stop (SIGTERM or Ctrl-C), then finishes what is under way.
#[derive(Clone, Debug, Args)]
pub struct Arguments {
    /// Serve a sandbox, where portals are tried out with made-up people and answers that can be made to go wrong. Refused unless
    /// the settings name this issuer as one and the identity store has never been anything else.
    #[arg(long)]
    pub sandbox: bool,
}
