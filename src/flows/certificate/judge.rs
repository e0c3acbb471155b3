//! From a certificate whose key is at hand to a citizen's number: trusted, not revoked, and whose. In this order, and no other:
//! of what is not trusted nobody is asked, because its own words would say whom.

use crate::credentials::certificate::{Presented, TrustedChain};
use crate::crypto::hash::{Sha256, hash_secret};
use crate::domain::assurance::AuthenticationLevel;
use crate::domain::certificate::ClientCertificate;
use crate::domain::national_id::NationalId;
use crate::domain::secret::SecretHash;

use super::super::audit::EventBuilder;
use super::super::{App, FlowError};
use super::Refusal;
use super::revocation::{self, Checked, Verdict};

/// A certificate that stands for a person.
#[derive(Debug)]
pub(super) struct Judged {
    pub chain: TrustedChain,
    pub number: NationalId,
    /// What it counts for at most: less than it shows, where nobody could say whether it was revoked and its authority's policy
    /// puts up with that.
    pub at_most: AuthenticationLevel,
}

/// What came of judging one, and what was found out on the way.
#[derive(Debug)]
pub(super) struct Judgement {
    pub outcome: Result<Judged, Refusal>,
    /// Whose word it is, by the name of the authority's files.
    pub authority: Option<String>,
    pub checked: Option<Checked>,
}

pub(super) async fn judge(app: &App, certificate: ClientCertificate) -> Result<Judgement, FlowError> {
    let ClientCertificate { leaf, intermediates, .. } = certificate;
    let chain = match app.trust.prove(&Presented { leaf, intermediates }, app.clock.now()) {
        Ok(chain) => chain,
        Err(refusal) => {
            let outcome = Err(Refusal::Certificate(refusal));
            return Ok(Judgement { outcome, authority: None, checked: None });
        }
    };
    let checked = app.revocation.check(&chain).await?;
    let authority = Some(chain.authority().name.clone());
    let outcome = match checked.verdict {
        Verdict::Good => whose(app, chain, AuthenticationLevel::ThreeFactors),
        Verdict::AtMost(level) => whose(app, chain, level),
        Verdict::Refused(refusal) => Err(told(refusal)),
    };
    Ok(Judgement { outcome, authority, checked: Some(checked) })
}

fn whose(app: &App, chain: TrustedChain, at_most: AuthenticationLevel) -> Result<Judged, Refusal> {
    match chain.holder(&app.settings.national_id) {
        Ok(holder) => Ok(Judged { chain, number: holder.national_id, at_most }),
        Err(refusal) => Err(Refusal::Certificate(refusal)),
    }
}

fn told(refusal: revocation::Refusal) -> Refusal {
    use revocation::Refusal as Said;
    match refusal {
        Said::Revoked(revoked) if !revoked.is_final() => Refusal::OnHold,
        Said::Revoked(revoked) => Refusal::Revoked(revoked.at),
        Said::Unknown => Refusal::UnknownToIssuer,
        Said::Authority => Refusal::AuthorityRevoked,
        Said::Unavailable => Refusal::RevocationUnknown,
        Said::Unreadable(_) => Refusal::Unreadable,
    }
}

impl Judgement {
    /// What an event of it says.
    #[must_use]
    pub fn attach(&self, event: EventBuilder) -> EventBuilder {
        let event = match &self.authority {
            Some(authority) => event.with("authority", authority),
            None => event,
        };
        match &self.checked {
            Some(checked) => checked.attach(event),
            None => event,
        }
    }
}

impl Judged {
    /// What finds the certificate among those that are bound: its issuer, its number there and its key.
    pub fn lookup(&self) -> SecretHash {
        let facts = self.chain.facts();
        let mut hash = Sha256::new();
        // The key's is of one length; the two others say theirs.
        for part in [&facts.issuer, &facts.serial] {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(&facts.key_thumbprint);
        hash_secret(&hash.finish())
    }
}
