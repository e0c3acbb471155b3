//! The command line: one file a command.

pub mod check_config;
pub mod demo;
pub mod serve;
pub mod theme;
