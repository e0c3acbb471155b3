//! Puts the house together from the settings.

mod clock;
pub mod demo;
pub mod demo_data;
pub mod demo_staff;
pub mod deployment;
mod hardware;
mod house;
pub mod logging;
mod master_key;
mod parts;
pub mod sandbox;
pub mod serve;
pub mod server;
pub mod witness;

pub use clock::SystemClock;
pub use deployment::{Deployment, OpenError};
pub use house::SystemHouse;
pub use server::{Server, StartError};
