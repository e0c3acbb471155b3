//! What happens around every request.

pub mod cors;
pub mod envelope;
pub mod same_origin;
