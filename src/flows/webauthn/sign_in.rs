//! The person proves who they are with a passkey or a security key: alone, or beside what they proved already.
//!
//! Alone it has to be opened by its owner, says by itself whose it is, and nothing is looked up before: what a browser is told is the
//! same for everybody, whatever name was typed. Beside something proven, exactly those of the person's credentials are asked for that
//! bring what is missing.

use std::time::Duration;

use serde_json::Value;

use crate::credentials::webauthn::{Assertion, Hint, Key, Owner, Refusal as Fault, UserVerification, Verified};
use crate::crypto::hash::hash_secret;
use crate::domain::assurance::{
    AuthenticationLevel, AuthenticationMethod, Factors, Proof as Proven, Proofs, Requirement,
};
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::credential::{Credential, CredentialKind};
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::message::Notice;
use crate::domain::sign_in::{Named, OutOfOrder, Purpose, SignIn, State};
use crate::domain::time::Timestamp;
use crate::storage::{Advance, StoredCredential, Transaction};

use super::super::notices::{self, Post};
use super::super::sign_in::prove::{self, Given, LOCKED, Settle, Shown, SignedIn, Success};
use super::super::sign_in::step_up;
use super::super::throttle::{self, Throttle};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, holdings, short_lived};
use super::{AssertionChallenge, Expected, key, weighed};

/// How proving it ends.
#[derive(Debug)]
pub enum Proof {
    Given(Box<SignedIn>),
    Refused(Refusal),
    OutOfOrder(OutOfOrder),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The challenge was answered before, has expired, or never was.
    Stale,
    /// One sentence for whatever did not hold, and for an account that is locked.
    NotAccepted,
    /// It was enrolled without anything that opens it, so it does not stand alone: whoever finds it could have set a PIN.
    NotAlone,
}

/// What the browser is to do; `None` where no passkey is asked for now.
pub async fn begin(app: &App, sign_in: &SignIn, hint: Hint) -> Result<Option<Value>, FlowError> {
    let Some(relying_party) = &app.relying_party else { return Ok(None) };
    let Some(Asked { verification, expected, keys }) = asked(app, sign_in).await? else { return Ok(None) };
    let challenge = app.random.bytes::<32>();
    let record = AssertionChallenge { challenge, expires_at: sign_in.expires_at, verification, expected };
    let ttl = app.clock.now().until(record.expires_at);
    app.sessions.put(&short_lived::assertion_challenge(sign_in.id), &record, ttl).await?;
    Ok(Some(relying_party.request_options(&challenge, &keys, verification, hint)))
}

/// Whether a passkey is asked for now.
pub async fn is_asked(app: &App, sign_in: &SignIn) -> Result<bool, FlowError> {
    Ok(app.relying_party.is_some() && asked(app, sign_in).await?.is_some())
}

/// Of whom an assertion is asked, and how.
struct Asked {
    verification: UserVerification,
    expected: Expected,
    keys: Vec<Key>,
}

async fn asked(app: &App, sign_in: &SignIn) -> Result<Option<Asked>, FlowError> {
    let by = match &sign_in.state {
        State::Requested | State::Identified(Named::Typed { .. }) => {
            let verification = UserVerification::Required;
            return Ok(Some(Asked { verification, expected: Expected::Anyones, keys: Vec::new() }));
        }
        State::Identified(Named::Chosen(citizen)) => return of_chosen(app, *citizen).await.map(Some),
        State::Authenticated(by) => by,
        State::Offered | State::Consented(_) => return Ok(None),
    };
    let Some(missing) = step_up::missing(app, sign_in).await? else { return Ok(None) };
    let Some(requirement) = missing.requirement else { return Ok(None) };
    let Some(held) = holdings::load(app, by.citizen, sign_in.purpose.client()).await? else { return Ok(None) };
    let fitting = held.fitting(&by.proofs, requirement, app.clock.now());
    let fitting: Vec<_> = fitting.into_iter().filter(|proof| proof.method == AuthenticationMethod::WebAuthn).collect();
    let ids: Vec<_> = fitting.iter().filter_map(|proof| proof.credential).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let stored = app.store.read().await?.credentials().list(by.citizen).await?;
    let keys = stored.iter().filter(|stored| ids.contains(&stored.credential.id)).map(key).collect::<Result<_, _>>()?;
    Ok(Some(Asked {
        verification: verification(&by.proofs, &fitting, requirement),
        expected: Expected::OneOf { citizen: by.citizen, credentials: ids },
        keys,
    }))
}

/// Whoever was chosen on a device that knows them: one of theirs that stands alone.
async fn of_chosen(app: &App, citizen: CitizenId) -> Result<Asked, FlowError> {
    let mut stored = app.store.read().await?.credentials().list(citizen).await?;
    stored.retain(|held| held.credential.kind == CredentialKind::WebAuthn && held.credential.traits.unlocked);
    let credentials = stored.iter().map(|held| held.credential.id).collect();
    let keys = stored.iter().map(key).collect::<Result<_, _>>()?;
    Ok(Asked { verification: UserVerification::Required, expected: Expected::OneOf { citizen, credentials }, keys })
}

/// A touch is enough where it is enough with each of them, and opening is demanded where it is with none.
fn verification(proven: &Proofs, fitting: &[Proven], requirement: Requirement) -> UserVerification {
    let by_touch = |proof: &&Proven| {
        let touched = Proven { factors: Factors::POSSESSION, ..(*proof).clone() };
        requirement.proven_by(&proven.clone().with(touched))
    };
    let opened = |proof: &&Proven| requirement.proven_by(&proven.clone().with((*proof).clone()));
    match fitting.iter().filter(by_touch).count() {
        all if all == fitting.len() => UserVerification::Discouraged,
        0 if fitting.iter().all(|proof| opened(&proof)) => UserVerification::Required,
        _ => UserVerification::Preferred,
    }
}

/// Holds what the browser brought against what was asked.
pub async fn prove(app: &App, visitor: &Visitor, sign_in: SignIn, answer: &str) -> Result<Proof, FlowError> {
    let now = app.clock.now();
    let asked = app.sessions.take(&short_lived::assertion_challenge(sign_in.id)).await?;
    let Some(asked) = asked.filter(|asked| now < asked.expires_at) else {
        return Ok(Proof::Refused(Refusal::Stale));
    };
    // Nobody's challenge is answered once somebody has proven who they are, nor one person's by another.
    let in_order = match (&sign_in.state, &asked.expected) {
        (State::Requested | State::Identified(Named::Typed { .. }), Expected::Anyones) => true,
        (State::Identified(Named::Chosen(chosen)), Expected::OneOf { citizen, .. }) => chosen == citizen,
        (State::Authenticated(by), Expected::OneOf { citizen, .. }) => {
            by.citizen == *citizen && step_up::is_offered(app, &sign_in, AuthenticationMethod::WebAuthn).await?
        }
        _ => false,
    };
    if !in_order {
        return Ok(Proof::OutOfOrder(OutOfOrder));
    }
    let attempt = Attempt { app, visitor, sign_in: &sign_in };
    let assertion = match Assertion::read(answer) {
        Ok(assertion) => assertion,
        Err(fault) => return attempt.refuse(None, fault.as_str()).await,
    };
    let lookup = hash_secret(&assertion.id);
    let found = app.store.read().await?.credentials().find_presented(CredentialKind::WebAuthn, lookup).await?;
    let Some(found) = found.and_then(|found| weighed(app, found)) else {
        return attempt.refuse(None, "unknown_credential").await;
    };
    if let Expected::OneOf { citizen, credentials } = &asked.expected
        && (found.citizen != *citizen || !credentials.contains(&found.credential.id))
    {
        return attempt.refuse(None, "not_asked_for").await;
    }
    let verified = match verify(app, &assertion, &asked, &found)? {
        Ok(verified) => verified,
        Err(fault) => {
            if fault == Fault::CounterFell {
                attempt.suspect(&found).await?;
            }
            return attempt.refuse(Some(found.citizen), fault.as_str()).await;
        }
    };
    let Some(citizen) = app.store.read().await?.citizens().find(found.citizen).await? else {
        return attempt.refuse(None, "unknown_credential").await;
    };
    if !citizen.status.is_active() {
        return attempt.refuse(Some(citizen.id), LOCKED).await;
    }
    let others = proven_beside(&sign_in, &found.credential);
    let alone = !matches!(sign_in.state, State::Authenticated(_));
    if alone && !found.credential.traits.unlocked {
        attempt.note(Some(citizen.id), "not_alone").await?;
        return Ok(Proof::Refused(Refusal::NotAlone));
    }
    let given = given(now, &found.credential, verified, &others);
    let device = prove::known_device(app, visitor, citizen.id).await?;
    let shown = Shown { citizen: &citizen, given, device };
    let right = Right { citizen: citizen.id, id: found.credential.id, verified, now };
    match prove::succeed(app, visitor, sign_in.clone(), shown, Box::new(right)).await? {
        Success::Given(signed_in) => Ok(Proof::Given(signed_in)),
        Success::OutOfOrder(why) => Ok(Proof::OutOfOrder(why)),
        Success::TooLate(why) => {
            // Another one came to the same count while this one was being checked.
            if why == Fault::CounterFell.as_str() {
                attempt.suspect(&found).await?;
            }
            attempt.refuse(Some(citizen.id), why).await
        }
    }
}

fn verify(
    app: &App,
    assertion: &Assertion,
    asked: &AssertionChallenge,
    found: &StoredCredential,
) -> Result<Result<Verified, Fault>, FlowError> {
    let relying_party = app.relying_party.as_ref().ok_or_else(|| FlowError::failed("there is no relying party"))?;
    let user_handle = app.keys.user_handle(relying_party.id(), found.citizen);
    let owner = Owner { user_handle: &user_handle, must_be_named: asked.expected == Expected::Anyones };
    let key = key(found)?;
    Ok(relying_party.verify(assertion, &asked.challenge, asked.verification, owner, &key, found.counter))
}

/// What was proven in this session by anything else.
fn proven_beside(sign_in: &SignIn, credential: &Credential) -> Proofs {
    match &sign_in.state {
        State::Authenticated(by) => by.proofs.clone().without(credential.id).vouching(),
        State::Offered | State::Requested | State::Identified { .. } | State::Consented(_) => Proofs::default(),
    }
}

/// What the assertion proves beside `others`, and what the credential is seen to be.
fn given(now: Timestamp, credential: &Credential, verified: Verified, others: &Proofs) -> Given {
    let mut credential = credential.clone();
    let binding = credential.binding_beside(others);
    let touched = Proven { factors: Factors::POSSESSION, binding, ..credential.proof(now) };
    if verified.user_verified && others.clone().with(touched.clone()).reach(AuthenticationLevel::TwoFactors) {
        // It was given a PIN since. Beside another factor that was its owner; whoever found it could have done so too (§7.2 step 23).
        credential.traits.unlocked = true;
    }
    let proof = if verified.user_verified { Proven { binding, ..credential.proof(now) } } else { touched };
    Given { proof, credential: Some(credential) }
}

/// What is written where an assertion was right, and looked at again.
struct Right {
    citizen: CitizenId,
    id: CredentialId,
    verified: Verified,
    now: Timestamp,
}

/// For so long its owner is not told again that a key may have been copied.
const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(86_400);

/// The credential was removed while it was being used.
const REMOVED: &str = "credential_removed";

#[async_trait::async_trait]
impl Settle for Right {
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        let (citizen, id) = (self.citizen, self.id);
        let counter = i64::from(self.verified.counter);
        let Some(stored) = tx.credentials().find(citizen, id).await? else { return Ok(Some(REMOVED)) };
        // Of two assertions with the same counter one is the first; where there is no counter, there is none to fall.
        if counter > 0 || stored.counter > 0 {
            if tx.credentials().advance(citizen, id, counter, self.now).await? == Advance::NotForward {
                return Ok(Some(Fault::CounterFell.as_str()));
            }
        } else {
            tx.credentials().used(citizen, id, counter, self.now).await?;
        }
        Ok(None)
    }
}

/// Who tries, and for what: what refusals are written with.
struct Attempt<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    sign_in: &'a SignIn,
}

impl Attempt<'_> {
    async fn refuse(&self, whom: Option<CitizenId>, why: &'static str) -> Result<Proof, FlowError> {
        self.note(whom, why).await?;
        Ok(Proof::Refused(Refusal::NotAccepted))
    }

    /// Writes a refusal. Of a flood of them from one network only the beginning is: nothing is guessed by it, and it must not fill
    /// the log.
    async fn note(&self, whom: Option<CitizenId>, why: &'static str) -> Result<(), FlowError> {
        self.app.sign_in_refused(why, self.sign_in.purpose.client());
        let rate = self.app.settings.throttling.per_address;
        let counter = short_lived::assertions_refused_from(&self.visitor.network());
        if throttle::count(self.app, &counter, rate).await? != Throttle::Open {
            return Ok(());
        }
        let mut event = self
            .app
            .event(self.visitor, EventKind::SignIn, Outcome::Refused)
            .with("method", AuthenticationMethod::WebAuthn)
            .with("why", why)
            .with("device", &self.visitor.device_name);
        if let Some(citizen) = whom {
            event = event.about(citizen);
        }
        if let Purpose::Client(request) = &self.sign_in.purpose {
            event = event.of(&request.client_id);
        }
        self.app.record(event);
        Ok(())
    }

    /// The key may have been copied: its owner is told on every channel. Of one key once in a while: whoever has the copy must not
    /// fill their telephone.
    async fn suspect(&self, found: &StoredCredential) -> Result<(), FlowError> {
        let (app, credential) = (self.app, &found.credential);
        let (told, now) = (short_lived::suspicion_told(credential.id), app.clock.now());
        if app.sessions.get(&told).await?.is_some_and(|at| now < at + TOLD_AGAIN_AFTER) {
            return Ok(());
        }
        let notice = Notice::CredentialSuspected { kind: credential.kind, name: credential.name.to_string() };
        let event = app
            .event(self.visitor, notice.event(), Outcome::Refused)
            .with("credential", credential.id)
            .with("why", Fault::CounterFell.as_str())
            .with("device", &self.visitor.device_name);
        let mut tx = app.store.begin().await?;
        notices::tell_of(&Post::of(app), &mut tx, found.citizen, notice, event).await?;
        tx.commit().await?;
        Ok(app.sessions.put(&told, &now, TOLD_AGAIN_AFTER).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::assurance::Proof as Proven;
    use crate::domain::credential::CredentialTraits;
    use crate::domain::ids::CredentialId;
    use AuthenticationLevel::{OneFactor, TwoFactors};

    const NOW: Timestamp = Timestamp::from_seconds(100);

    fn passkey(number: u128, binding: AuthenticationLevel, unlocked: bool) -> Credential {
        Credential {
            id: CredentialId::from_uuid(uuid::Uuid::from_u128(number)),
            kind: CredentialKind::WebAuthn,
            name: "mine".parse().unwrap(),
            binding,
            traits: CredentialTraits { unlocked, phishing_resistant: true, ..CredentialTraits::default() },
            created_at: NOW,
            last_used_at: None,
        }
    }

    fn shown(user_verified: bool) -> Verified {
        Verified { user_verified, counter: 0 }
    }

    #[test]
    fn a_session_that_reaches_more_by_everything_else_raises_it_and_one_that_does_not_leaves_it() {
        let weak = passkey(1, OneFactor, true);
        let password = Proofs::new(vec![Proven::password(NOW)]);
        assert_eq!(given(NOW, &weak, shown(true), &password).proof.binding, OneFactor);
        let strong = password.with(passkey(2, TwoFactors, true).proof(NOW));
        assert_eq!(given(NOW, &weak, shown(true), &strong).proof.binding, TwoFactors);
        // What it proved itself in this session vouches for nothing.
        let own = Proofs::new(vec![passkey(1, TwoFactors, true).proof(NOW)]).without(weak.id);
        assert_eq!(given(NOW, &weak, shown(true), &own).proof.binding, OneFactor);
    }

    #[test]
    fn opening_counts_where_it_was_opened_when_it_was_enrolled_or_beside_something_else() {
        let touched = passkey(1, TwoFactors, false);
        let seen = |credential: &Credential, user_verified, others: &Proofs| {
            let given = given(NOW, credential, shown(user_verified), others);
            (given.proof.factors, given.credential.is_some_and(|credential| credential.traits.unlocked))
        };
        let (alone, password) = (Proofs::default(), Proofs::new(vec![Proven::password(NOW)]));
        assert_eq!(
            seen(&touched, true, &alone),
            (Factors::POSSESSION, false),
            "whoever found it may have given it a PIN"
        );
        assert_eq!(seen(&touched, true, &password), (Factors::UNLOCKED, true));
        assert_eq!(seen(&touched, false, &password), (Factors::POSSESSION, false));
        let opened = passkey(1, TwoFactors, true);
        assert_eq!(seen(&opened, true, &alone).0, Factors::UNLOCKED);
        assert_eq!(seen(&opened, false, &alone).0, Factors::POSSESSION);
    }

    #[test]
    fn nobody_is_bothered_where_a_touch_is_enough() {
        let two = Requirement::level(TwoFactors);
        let password = Proofs::new(vec![Proven::password(NOW)]);
        let [key, phone] = [passkey(1, TwoFactors, false), passkey(2, TwoFactors, true)].map(|held| held.proof(NOW));
        let asked = |proven: &Proofs, fitting: &[Proven]| verification(proven, fitting, two);
        assert_eq!(asked(&password, &[key.clone(), phone.clone()]), UserVerification::Discouraged);
        assert_eq!(asked(&Proofs::default(), std::slice::from_ref(&phone)), UserVerification::Required);
        let other = Proofs::new(vec![passkey(3, TwoFactors, false).proof(NOW)]);
        assert_eq!(asked(&other, &[key, phone]), UserVerification::Preferred);
    }
}
