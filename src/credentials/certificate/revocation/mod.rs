//! Whether a certificate of a trusted chain was revoked: bytes in, what its issuer says of it out. Nothing is fetched here.
//!
//! A [`Subject`] is made of a [`TrustedChain`] and of nothing else, so that nobody asks about a certificate that no trusted
//! authority issued: where to ask may stand in the certificate, and whoever can write one would choose what SenID connects to.

pub mod crl;
mod dates;
pub mod ocsp;
mod responder;
mod subject;

pub use crl::{ListFault, RevocationList};
pub use dates::{AHEAD, DatesFault, UNDATED};
pub use ocsp::{Answer, OcspFault, Question, Refused};
pub use responder::{DelegateFault, SignedBy};
pub use subject::{Issuer, Role, Subject, UnreadableSubject};

use super::TrustedChain;

impl TrustedChain {
    /// What may be revoked of the chain: the citizen's certificate first, then each authority's up to the anchor, which nobody
    /// but the operator takes back.
    ///
    /// # Errors
    /// Where one has a serial number that no issuer may give, or was not issued as it says.
    pub fn subjects(&self) -> Result<Vec<Subject>, UnreadableSubject> {
        let chain = std::iter::once(self.leaf()).chain(self.authorities().iter().map(Vec::as_slice));
        let issuers = chain.clone().skip(1);
        let roles = std::iter::once(Role::Citizen).chain(std::iter::repeat(Role::Authority));
        chain
            .zip(issuers)
            .zip(roles)
            .map(|((certificate, issuer), role)| Subject::read(certificate, issuer, role))
            .collect()
    }
}
