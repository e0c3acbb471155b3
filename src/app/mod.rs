//! Puts the house together from the settings.

mod clock;
pub mod deployment;
mod master_key;

pub use clock::SystemClock;
pub use deployment::{Deployment, OpenError};
