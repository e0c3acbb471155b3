//! Certificates of citizens: which are trusted, and whose they are.
//!
//! A certificate is [`Presented`] by somebody who has proven that its key is at hand. [`TrustStore::prove`] makes a
//! [`TrustedChain`] of it or a [`Refusal`], and nothing else makes one: whether it was revoked, and whose number it carries, can
//! be asked of nothing that is not trusted. Revocation before trust would fetch what a stranger's certificate says.
//!
//! The path is our own and not rustls-webpki's, which refuses critical certificate policies (RFC 5280 §4.2 says that they are to be
//! understood), takes a leaf for one that may not sign, and says little of why: docs/certificates.md.
//!
//! That the key is at hand is proven by the browser's connection, or here: by a token of the browser's extension ([`web_eid`]), or by a
//! signature ([`cms`]) over a text that says what it is for ([`challenge`]).

mod anchors;
mod chain;
pub mod challenge;
pub mod cms;
mod extensions;
mod path;
mod policy;
mod refusal;
pub mod revocation;
mod subject;
mod way;
pub mod web_eid;

pub use anchors::{Role, Standing, TrustStore, UnusableAuthority};
pub use chain::{Facts, Presented, TrustedChain};
pub use refusal::{Place, Refusal, Step};
pub use subject::Holder;
pub use way::{Named, Source};
