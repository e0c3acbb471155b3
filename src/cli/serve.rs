//! `senid serve`: serves until it is told to stop.

use clap::Args;

/// Serves citizens and portals until it is told to stop (SIGTERM or Ctrl-C), then finishes what is under way.
#[derive(Clone, Debug, Args)]
pub struct Arguments {}
