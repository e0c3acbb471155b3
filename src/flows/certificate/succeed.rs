//! The end of every way: the citizen whose number the certificate carries signs in with it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::Settings;
use crate::domain::assurance::{self, AccountLevel, AuthenticationLevel, AuthenticationMethod};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::certificate::ClientCertificate;
use crate::domain::citizen::Citizen;
use crate::domain::credential::{Credential, CredentialKind, CredentialName, CredentialTraits};
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::message::Notice;
use crate::domain::random::Random;
use crate::domain::secret::SecretHash;
use crate::domain::sign_in::{Purpose, SignIn};
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;
use crate::storage::{Enrolled, Material, StoredCredential, Transaction};

use super::super::audit::EventBuilder;
use super::super::notices::{self, Post};
use super::super::sign_in::prove::{self, LOCKED, Settle, Shown, Success};
use super::super::throttle::{Throttle, Tries, Whose};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::add::add;
use super::judge::{Judged, judge};
use super::{Proof, Refusal, Way};

/// What is kept of a certificate that is bound, beside its hash in the directory: what its owner is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundCertificate {
    /// The name of the authority's files.
    pub authority: String,
    /// In seconds since 1970.
    pub not_after: i64,
}

impl BoundCertificate {
    /// `None` where that is not what stands there.
    pub(super) fn read(material: &[u8]) -> Option<Self> {
        serde_json::from_slice(material).ok()
    }
}

/// A certificate is issued to a person whose identity its authority proved, and carries their number: who may count on it follows
/// from the authority that is trusted, not from a session that it was bound in. What it counts for is what it shows.
const BINDING: AuthenticationLevel = AuthenticationLevel::ThreeFactors;

const TAKEN: &str = "bound_to_another";
const TOO_MANY: &str = "too_many_credentials";

/// Signs in the citizen whose certificate this is, its key having been shown to be at hand.
pub(super) async fn conclude(
    app: &App,
    visitor: &Visitor,
    sign_in: SignIn,
    tries: &Tries,
    way: Way,
    certificate: ClientCertificate,
) -> Result<Proof, FlowError> {
    let judgement = judge(app, certificate).await?;
    let event = |refusal: &Refusal| judgement.attach(refused(app, visitor, &sign_in, way, refusal));
    let judged = match &judgement.outcome {
        Ok(judged) => judged,
        Err(refusal) => return Ok(record(app, event(refusal), refusal.clone())),
    };
    let name = SignInName::NationalId(judged.number.clone());
    let Some(found) = app.store.read().await?.citizens().find_by_name(&name).await? else {
        return Ok(record(app, event(&Refusal::NoAccount), Refusal::NoAccount));
    };
    let citizen = found.citizen;
    let refused = |refusal| Ok(record(app, event(&refusal).about(citizen.id), refusal));
    if !citizen.status.is_active() {
        return refused(Refusal::Locked);
    }
    if sign_in.is_for_another(citizen.id) {
        return refused(Refusal::OtherPerson);
    }
    if let Purpose::NewCertificate { all_is_theirs } = sign_in.purpose {
        return match add(app, visitor, (&sign_in, all_is_theirs), way, &citizen, (&judgement, judged)).await? {
            Ok(()) => {
                tries.forgive(app).await?;
                Ok(Proof::Added)
            }
            Err(refusal) => refused(refusal),
        };
    }
    let lookup = judged.lookup();
    let mut store = app.store.read().await?;
    let bound = store.credentials().find_presented(CredentialKind::Certificate, lookup).await?;
    let owner = store.credentials().owner_of(CredentialKind::Certificate, lookup).await?;
    drop(store);
    let settle = match bound {
        Some(held) if held.citizen == citizen.id => Certificate::Bound(held.credential),
        Some(_) => return refused(Refusal::Taken),
        // Whoever found the card, or has a copy of its key, does not put it back.
        None if owner == Some(citizen.id) => return refused(Refusal::Removed),
        None if !judged.chain.authority().policy.bind_on_first_use => return refused(Refusal::NotBound),
        None if citizen.account_level < AccountLevel::Registered => return refused(Refusal::NotConfirmed),
        None => Certificate::New { credential: new(app, &citizen, judged)?, lookup },
    };
    let credential = settle.credential();
    let proof = assurance::Proof {
        method: AuthenticationMethod::Certificate,
        credential: Some(credential.id),
        at: app.clock.now(),
        factors: judged.chain.factors(),
        binding: credential.binding.min(judged.at_most),
        phishing_resistant: way.is_phishing_resistant(),
        hardware_bound: judged.chain.facts().device_protected,
    };
    let device = prove::known_device(app, visitor, citizen.id).await?;
    let said = |kind| {
        let event = app.event(visitor, kind, Outcome::Success).by(Actor::Citizen(citizen.id)).about(citizen.id);
        judgement.attach(event.with("way", way.as_str()))
    };
    let settle = Box::new(Settlement {
        citizen: citizen.id,
        authority: judged.chain.authority().name.clone(),
        bound: said(EventKind::CertificateBound),
        accepted: said(EventKind::CertificateAccepted),
        settings: app.settings.clone(),
        random: app.random.clone(),
        now: app.clock.now(),
        certificate: settle,
    });
    // What it counts for is its authority's to say, and nothing beside it makes it more.
    let shown = Shown { citizen: &citizen, given: proof.into(), device };
    match prove::succeed(app, visitor, sign_in.clone(), shown, settle).await? {
        Success::Given(signed_in) => {
            tries.forgive(app).await?;
            Ok(Proof::Given(signed_in))
        }
        Success::OutOfOrder(why) => Ok(Proof::OutOfOrder(why)),
        Success::TooLate(why) => refused(match why {
            LOCKED => Refusal::Locked,
            TOO_MANY => Refusal::TooMany,
            _ => Refusal::Taken,
        }),
    }
}

/// The certificate as a credential of its citizen's.
pub(super) fn new(app: &App, citizen: &Citizen, judged: &Judged) -> Result<StoredCredential, FlowError> {
    let (facts, authority, now) = (judged.chain.facts(), judged.chain.authority(), app.clock.now());
    let kept = BoundCertificate { authority: authority.name.clone(), not_after: facts.not_after.seconds() };
    let device = facts.device_protected;
    Ok(StoredCredential {
        citizen: citizen.id,
        credential: Credential {
            id: CredentialId::new(now, &*app.random),
            kind: CredentialKind::Certificate,
            name: label(&authority.name, &facts.serial)?,
            binding: BINDING,
            traits: CredentialTraits {
                unlocked: device,
                // Which each way is for itself: it is weighed where it is asked for.
                phishing_resistant: false,
                hardware_bound: device,
                ..CredentialTraits::default()
            },
            created_at: now,
            last_used_at: None,
        },
        material: Material::new(serde_json::to_vec(&kept).map_err(FlowError::failed)?),
        counter: 0,
    })
}

/// Until its owner calls it something: whose it is, and the end of its number, as it is printed on many cards.
fn label(authority: &str, serial: &[u8]) -> Result<CredentialName, FlowError> {
    let end: String = serial.iter().rev().take(2).rev().map(|byte| format!("{byte:02X}")).collect();
    let authority: String = authority.chars().take(CredentialName::MOST_CHARACTERS - 8).collect();
    format!("{authority} …{end}").parse().map_err(FlowError::failed)
}

/// The credential of the certificate that was shown.
enum Certificate {
    Bound(Credential),
    New { credential: StoredCredential, lookup: SecretHash },
}

impl Certificate {
    const fn credential(&self) -> &Credential {
        match self {
            Self::Bound(credential) => credential,
            Self::New { credential, .. } => &credential.credential,
        }
    }
}

/// What is written where the certificate is good, within the transaction that records the sign-in.
struct Settlement {
    certificate: Certificate,
    citizen: CitizenId,
    authority: String,
    /// What is recorded, and told its owner, of a certificate that is new here; and of each.
    bound: EventBuilder,
    accepted: EventBuilder,
    settings: Arc<Settings>,
    random: Arc<dyn Random>,
    now: Timestamp,
}

#[async_trait::async_trait]
impl Settle for Settlement {
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        let Self { certificate, citizen, authority, bound, accepted, settings, random, now } = *self;
        if let Certificate::New { credential, lookup } = &certificate {
            match tx.credentials().enrol(credential, Some(*lookup)).await? {
                Enrolled::New => {}
                Enrolled::Taken => return Ok(Some(TAKEN)),
                Enrolled::TooMany => return Ok(Some(TOO_MANY)),
            }
            let post = Post { settings: &settings, random: &*random, now };
            notices::tell_of(&post, tx, citizen, Notice::CertificateBound { authority }, bound).await?;
        }
        let id = certificate.credential().id;
        if tx.credentials().find(citizen, id).await?.is_none() {
            // Removed in the account while it was being shown.
            return Ok(Some(TAKEN));
        }
        tx.credentials().used(citizen, id, 0, now).await?;
        tx.audit().record(&accepted.build()).await?;
        Ok(None)
    }
}

/// One more certificate from this network, counted; a refusal where it is one too many: each may cost a question to an authority.
pub(super) async fn enter(app: &App, visitor: &Visitor, sign_in: &SignIn) -> Result<Result<Tries, Refusal>, FlowError> {
    let client = sign_in.purpose.client();
    // What is shown says itself whose it is.
    let mut tries = Tries::new(app, visitor, AuthenticationMethod::Certificate, client, Whose::Nobody)?;
    Ok(match tries.enter(app).await? {
        Throttle::Open => Ok(tries),
        Throttle::Closed { retry_after, .. } => Err(Refusal::Throttled { retry_after }),
    })
}

pub(super) fn refuse(app: &App, visitor: &Visitor, sign_in: &SignIn, way: Way, refusal: Refusal) -> Proof {
    record(app, refused(app, visitor, sign_in, way, &refusal), refusal)
}

fn record(app: &App, event: EventBuilder, refusal: Refusal) -> Proof {
    app.sign_in_refused(refusal.as_str(), event.client());
    app.record(event);
    Proof::Refused(refusal)
}

fn refused(app: &App, visitor: &Visitor, sign_in: &SignIn, way: Way, refusal: &Refusal) -> EventBuilder {
    let event = app
        .event(visitor, EventKind::SignIn, Outcome::Refused)
        .with("method", AuthenticationMethod::Certificate)
        .with("way", way.as_str())
        .with("why", refusal.as_str())
        .with("device", &visitor.device_name);
    match &sign_in.purpose {
        Purpose::Client(request) => event.of(&request.client_id),
        Purpose::Account { .. } | Purpose::NewCertificate { .. } => event,
    }
}
