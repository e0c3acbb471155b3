//! Fetching what clients' registrations name and asking a population registry, from real servers on the loopback.

mod cache;
mod registry;
