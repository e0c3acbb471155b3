//! The demonstration: a portal that citizens sign in to, on this machine alone.

pub mod people;
pub mod portal;
