//! The command line: one file a command.

pub mod check_config;
pub mod theme;
