//! What happens around every request.

pub mod below;
pub mod client_certificate;
pub mod cors;
pub mod dpop;
pub mod envelope;
pub mod same_origin;
pub mod sandbox;
