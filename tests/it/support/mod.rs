//! What the tests run against: real servers, started when the first test asks and gone with the process.

pub mod authenticator;
pub mod card;
pub mod mail;
pub mod outside;
pub mod pki;
pub mod postgres;
pub mod redis;
pub mod registry;
pub mod supervisor;
pub mod wiretap;
pub mod world;

pub use authenticator::{Authenticator, Behaviour};
pub use postgres::Postgres;
pub use redis::Redis;
pub use supervisor::free_port;
pub use wiretap::Wiretap;
pub use world::World;
