//! Exit codes that scripts can use. `senid --help` lists them.

use std::process::ExitCode;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// Not found, in conflict, or a fault of the machine.
    Failed = 1,
    /// As clap also ends.
    Usage = 2,
    Settings = 3,
    Away = 4,
    Partly = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
