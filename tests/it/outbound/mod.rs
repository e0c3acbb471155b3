//! Fetching what clients' registrations name, from real servers on the loopback.

mod cache;
