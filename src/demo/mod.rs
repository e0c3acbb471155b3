//! The demonstration: a portal that citizens sign in to and a registry that knows them, on this machine alone.

pub mod people;
pub mod portal;
pub mod registry;
pub mod telephone;
