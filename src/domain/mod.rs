//! Values, rules and state machines: no I/O, no clock of its own.

pub mod ids;
pub mod random;
pub mod secret;
pub mod time;
