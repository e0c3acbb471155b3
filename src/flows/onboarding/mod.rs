//! Portals' owners bring their applications in: into the sandbox at once and by themselves, into production by approval
//! (docs/onboarding.md). What an owner says never becomes what the authority alone may say.

pub mod check_up;
pub mod draft;
pub mod expiry;
pub mod explain;
pub mod production;
pub mod secret;
pub mod try_it;
pub mod unused;
