//! Certificates of citizens: what is asked of others about them.

pub mod revocation;
