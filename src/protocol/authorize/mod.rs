//! The authorization endpoint: RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.
//!
//! 1. [`Request::parse`] reads the parameters; of a request that was [`pushed`] before, everything is known by then.
//! 2. [`request_object`] puts the parameters of a signed object in their place, where the request has one.
//! 3. [`Request::verify`] proves the client and its redirect URI. What fails until here is shown on a page and is
//!    never redirected; only a [`VerifiedRequest`] can build an answer that redirects.
//! 4. [`VerifiedRequest::check`] runs the table of [`checks`], one rule a file.
//! 5. [`prompt::decide`] says whether the request can be answered at once, needs the person, or must be refused.

mod answer;
pub mod checks;
mod mode;
pub mod prompt;
pub mod pushed;
mod request;
pub mod request_object;

pub use answer::{Answer, AnswerTo, Delivery, FrontChannelToken, Issued, Parameter};
pub use request::{Channel, Object, PageError, Request, VerifiedRequest};
