//! What handlers take from a request, parsed into types that cannot be wrong.

mod body;
mod call;
mod csrf;
mod form;
mod json;
mod visit;

pub use call::{Call, sender};
pub use csrf::Guarded;
pub use form::Form;
pub use json::JsonBody;
pub use visit::Visit;
