//! What stands in the short-lived store, under which key, and whether it outlives a failover.

mod administration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use administration::{admin_attempt, admin_keys, admin_requests, audit_verification, audit_verifying};

use super::certificate::Asked;
use super::certificate::connection::{Errand, Ticket};
use super::certificate::remote::RemoteRequest;
use super::sandbox::{Chosen, PublishedKey};
use super::self_registration::record::{Outcome as RegistrationOutcome, Registering};
use super::trial::Trial;
use crate::crypto::hash::hash_secret;
use crate::domain::access_token::AccessToken;
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::backchannel::{BackChannelRequest, Decision};
use crate::domain::consent::Consent;
use crate::domain::device_authorization::DeviceAuthorization;
use crate::domain::grant::AuthorizationCode;
use crate::domain::ids::{CitizenId, ClientId, CredentialId, GrantId, InitialTokenId, SessionId, SignInId};
use crate::domain::key_binding::Thumbprint;
use crate::domain::message::Channel;
use crate::domain::polling::Pace;
use crate::domain::sandbox::Fault;
use crate::domain::secret::SecretHash;
use crate::domain::session::BrowserSession;
use crate::domain::sign_in::SignIn;
use crate::domain::time::Timestamp;
use crate::domain::user_code::UserCode;
use crate::protocol::authorize::pushed::PushedRequest;
use crate::sessions::{CounterKey, CounterKind, Key, Kind, SetKey, SetKind, Tag};

use super::webauthn::{AssertionChallenge, EnrolmentChallenge};

const SESSION: Kind<BrowserSession> = Kind::surviving("session", 4);
const CONSENT: Kind<RememberedConsent> = Kind::surviving("consent", 2);
const SIGN_IN: Kind<SignIn> = Kind::strict("sign-in", 7);
const CODE: Kind<CodeRecord> = Kind::strict("code", 5);
const HELD_REQUEST: Kind<String> = Kind::strict("held-request", 1);
const TRIAL: Kind<Trial> = Kind::strict("trial", 1);
const PUSHED_REQUEST: Kind<PushedRequest> = Kind::strict("pushed-request", 3);
const SPENT_REQUEST: Kind<()> = Kind::strict("spent-request", 1);
const ASSERTION: Kind<()> = Kind::strict("assertion", 1);
const ASSERTION_GRANT: Kind<()> = Kind::strict("assertion-grant", 1);
const ACCESS_TOKEN: Kind<AccessToken> = Kind::strict("access-token", 2);
const REVOKED_TOKEN: Kind<()> = Kind::surviving("revoked-token", 1);
const DEVICE_CODE: Kind<DeviceAuthorization> = Kind::strict("device-code", 3);
const USER_CODE: Kind<SecretHash> = Kind::strict("user-code", 1);
const DEVICE_PACE: Kind<Pace> = Kind::surviving("device-pace", 1);
const DPOP_PROOF: Kind<()> = Kind::strict("dpop-proof", 1);
const BACKCHANNEL_REQUEST: Kind<BackChannelRequest> = Kind::strict("backchannel-request", 2);
const BACKCHANNEL_DECISION: Kind<Decision> = Kind::strict("backchannel-decision", 3);
const BACKCHANNEL_PACE: Kind<Pace> = Kind::strict("backchannel-pace", 1);
const SIGNED_REQUEST: Kind<()> = Kind::strict("signed-request", 1);
const ENROLMENT_CHALLENGE: Kind<EnrolmentChallenge> = Kind::strict("enrolment-challenge", 1);
const ASSERTION_CHALLENGE: Kind<AssertionChallenge> = Kind::strict("assertion-challenge", 1);
const SUSPICION_TOLD: Kind<Timestamp> = Kind::surviving("suspicion-told", 1);
const WEB_EID_NONCE: Kind<Asked> = Kind::strict("web-eid-nonce", 1);
const SIGNATURE_CHALLENGE: Kind<Asked> = Kind::strict("signature-challenge", 1);
const CERTIFICATE_ERRAND: Kind<Errand> = Kind::strict("certificate-errand", 1);
const CERTIFICATE_TICKET: Kind<Ticket> = Kind::strict("certificate-ticket", 1);
const REMOTE_SIGNATURE: Kind<RemoteRequest> = Kind::strict("remote-signature", 1);
const BACKCHANNEL_REQUESTS_TO: SetKind<GrantId> = SetKind::new("backchannel-requests-to", 1);
const SESSIONS_OF: SetKind<SessionMember> = SetKind::new("sessions-of", 1);
const WAIT_AFTER_FAILURES: Kind<Timestamp> = Kind::surviving("wait-after-failures", 1);
const NAME_TRIED_FROM: Kind<()> = Kind::surviving("name-tried-from", 1);
const NAMES_FROM: CounterKind = CounterKind::new("names-from");
const TRIES_TOO_SOON: CounterKind = CounterKind::new("tries-too-soon");
const FAILURES_FROM: CounterKind = CounterKind::new("failures-from");
const FAILURES_THROUGH: CounterKind = CounterKind::new("failures-through");
const FAILURES_OF: CounterKind = CounterKind::new("failures-of");
const FAILURES_FOR: CounterKind = CounterKind::new("failures-for");
const CODES_TO: CounterKind = CounterKind::new("codes-to");
const CODES_TO_RANGE: CounterKind = CounterKind::new("codes-to-range");
const CODES_FROM: CounterKind = CounterKind::new("codes-from");
const CODES_BY: CounterKind = CounterKind::new("codes-by");
const TOTP_ENROLMENT: Kind<Vec<u8>> = Kind::strict("totp-enrolment", 1);
const REGISTRATIONS_FROM: CounterKind = CounterKind::new("registrations-from");
const REGISTRATIONS_WAITING_FROM: CounterKind = CounterKind::new("registrations-waiting-from");
const REGISTRATIONS_WITH: CounterKind = CounterKind::new("registrations-with");
const REGISTRATION_UPDATES: CounterKind = CounterKind::new("registration-updates");
const DEVICE_CODES_FROM: CounterKind = CounterKind::new("device-codes-from");
const REQUESTS_PUSHED_FROM: CounterKind = CounterKind::new("requests-pushed-from");
const USER_CODES_BY: CounterKind = CounterKind::new("user-codes-by");
const USER_CODES_FROM: CounterKind = CounterKind::new("user-codes-from");
const USER_CODES: CounterKind = CounterKind::new("user-codes");
const BACKCHANNEL_REQUESTS_OF: CounterKind = CounterKind::new("backchannel-requests-of");
const BACKCHANNEL_REQUESTS_ABOUT: CounterKind = CounterKind::new("backchannel-requests-about");
const BACKCHANNEL_REQUESTS_OF_TO: CounterKind = CounterKind::new("backchannel-requests-of-to");
const BACKCHANNEL_REQUESTS_SHOWN: CounterKind = CounterKind::new("backchannel-requests-shown");
const ASSERTIONS_REFUSED_FROM: CounterKind = CounterKind::new("assertions-refused-from");
const REMOTE_SIGNATURES_OF: CounterKind = CounterKind::new("remote-signatures-of");
const DATA_DOWNLOADS: CounterKind = CounterKind::new("data-downloads");
const REGISTERING: Kind<Registering> = Kind::strict("registering", 1);
const SELF_REGISTRATION_OUTCOME: Kind<RegistrationOutcome> = Kind::strict("self-registration-outcome", 1);
const SELF_REGISTRATION_TRY: Kind<()> = Kind::strict("self-registration-try", 1);
const SELF_REGISTRATIONS_FROM: CounterKind = CounterKind::new("self-registrations-from");
const SELF_REGISTRATIONS_WITH: CounterKind = CounterKind::new("self-registrations-with");
const SELF_REGISTRATIONS: CounterKind = CounterKind::new("self-registrations");
const REGISTRY_QUESTIONS: CounterKind = CounterKind::new("registry-questions");
const CODES_TO_STRANGER: CounterKind = CounterKind::new("codes-to-stranger");
const SANDBOX_CHOICE: Kind<Chosen> = Kind::strict("sandbox-choice", 1);
const SANDBOX_FAULT: Kind<Fault> = Kind::strict("sandbox-fault", 1);
const SANDBOX_KEYS: SetKind<PublishedKey> = SetKind::new("sandbox-keys", 2);
const CLIENT_REFUSALS: CounterKind = CounterKind::new("client-refusals");

/// A code, or the mark that it was spent, which names the grant that must die if it comes again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CodeRecord {
    Fresh(Box<AuthorizationCode>),
    Spent(GrantId),
}

/// A consent as silent sign-on reads it. A withdrawal is written here, not deleted: a reader that had loaded the
/// consent just before cannot put it back, because it only fills what is absent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum RememberedConsent {
    Given(Consent),
    Withdrawn,
}

/// A session of a citizen: where it stands, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionMember {
    pub key: SecretHash,
    pub id: SessionId,
}

/// The session whose cookie has this hash.
pub fn session(cookie: &SecretHash) -> Key<BrowserSession> {
    SESSION.key(cookie)
}

pub fn consent(citizen: CitizenId, client: &ClientId) -> Key<RememberedConsent> {
    CONSENT.key_under(citizen, client.as_str())
}

pub fn sign_in(id: SignInId) -> Key<SignIn> {
    SIGN_IN.key(id)
}

/// The code of this hash. Whoever knows only the grant's id, which access tokens carry, finds nothing to spend.
pub fn code(hash: &SecretHash) -> Key<CodeRecord> {
    CODE.key(hash)
}

/// A sign-in that an owner tries, by the hash of its `state`.
pub fn trial(state: SecretHash) -> Key<Trial> {
    TRIAL.key(&state)
}

/// A cross-site request that waits to be read again as a same-site GET, so that Lax cookies arrive with it.
pub fn held_request(handle: SignInId) -> Key<String> {
    HELD_REQUEST.key(handle)
}

/// The request whose `request_uri` has this hash.
pub fn pushed_request(uri: &SecretHash) -> Key<PushedRequest> {
    PUSHED_REQUEST.key(uri)
}

/// The mark that it was answered.
pub fn spent_request(uri: &SecretHash) -> Key<()> {
    SPENT_REQUEST.key(uri)
}

/// The mark that a client's assertion was used.
pub fn assertion(client: &ClientId, jti: &str) -> Key<()> {
    // No client id contains a NUL, so no two pairs read the same; and a jti may be long.
    ASSERTION.key(&hash_secret(format!("{client}\0{jti}").as_bytes()))
}

/// What the access token of this hash says, where it does not say so itself.
pub fn access_token(hash: &SecretHash) -> Key<AccessToken> {
    ACCESS_TOKEN.key(hash)
}

/// The mark that an access token which says everything itself was revoked, and nothing beside it. It is served in every epoch:
/// one that is not would let the token in again.
pub fn revoked_token(jti: &str) -> Key<()> {
    REVOKED_TOKEN.key(Tag::text(jti))
}

/// The mark that an assertion of somebody who is trusted was used for a token.
pub fn assertion_grant(issuer: &str, jti: &str) -> Key<()> {
    // No setting contains a NUL.
    ASSERTION_GRANT.key(&hash_secret(format!("{issuer}\0{jti}").as_bytes()))
}

/// What the device waits for whose code has this hash.
pub fn device_code(hash: &SecretHash) -> Key<DeviceAuthorization> {
    DEVICE_CODE.key(hash)
}

/// Which device code a user code leads to, until someone has decided.
pub fn user_code(code: UserCode) -> Key<SecretHash> {
    USER_CODE.key(Tag::text(&code.to_string()))
}

/// How often the device may ask whose code has this hash.
pub fn device_pace(hash: &SecretHash) -> Key<Pace> {
    DEVICE_PACE.key(hash)
}

/// The mark that a proof by `key` was used, wherever the path leads from outside.
pub fn dpop_proof(key: Thumbprint, jti: &str, path: &str) -> Key<()> {
    // Of what varies in length, only the last holds whatever its sender pleases.
    let used = [key.as_bytes(), path.as_bytes(), b"\0", jti.as_bytes()].concat();
    DPOP_PROOF.key(&hash_secret(&used))
}

/// What a client asks through the back channel. Whoever knows only the id, which access tokens carry, has nothing to come with:
/// the hash of the `auth_req_id` stands in the record.
pub fn backchannel_request(id: GrantId) -> Key<BackChannelRequest> {
    BACKCHANNEL_REQUEST.key(id)
}

/// What the citizen decided about it.
pub fn backchannel_decision(id: GrantId) -> Key<Decision> {
    BACKCHANNEL_DECISION.key(id)
}

/// How the client polls for it.
pub fn backchannel_pace(id: GrantId) -> Key<Pace> {
    BACKCHANNEL_PACE.key(id)
}

/// The mark that a client's signed request was used.
pub fn signed_request(client: &ClientId, jti: &str) -> Key<()> {
    SIGNED_REQUEST.key(&hash_secret(format!("{client}\0{jti}").as_bytes()))
}

/// What a new passkey of this session has to sign.
pub fn enrolment_challenge(session: &SecretHash) -> Key<EnrolmentChallenge> {
    ENROLMENT_CHALLENGE.key(session)
}

/// What a passkey has to sign in this sign-in.
pub fn assertion_challenge(sign_in: SignInId) -> Key<AssertionChallenge> {
    ASSERTION_CHALLENGE.key(sign_in)
}

/// When the owner of a key was told last that it may have been copied.
pub fn suspicion_told(key: CredentialId) -> Key<Timestamp> {
    SUSPICION_TOLD.key(key.uuid())
}

/// Assertions from a network that did not hold.
pub fn assertions_refused_from(network: &str) -> CounterKey {
    ASSERTIONS_REFUSED_FROM.key(Tag::text(network))
}

/// What a card is asked to sign in a sign-in (Web eID).
pub fn web_eid_nonce(sign_in: SignInId) -> Key<Asked> {
    WEB_EID_NONCE.key(sign_in)
}

/// The text that a person is asked to sign in a sign-in.
pub fn signature_challenge(sign_in: SignInId) -> Key<Asked> {
    SIGNATURE_CHALLENGE.key(sign_in)
}

/// What the certificate's listener is asked by the address with this hash.
pub fn certificate_errand(hash: &SecretHash) -> Key<Errand> {
    CERTIFICATE_ERRAND.key(hash)
}

/// What it found out, by the ticket with this hash.
pub fn certificate_ticket(hash: &SecretHash) -> Key<Ticket> {
    CERTIFICATE_TICKET.key(hash)
}

/// The signature that a telephone was asked for in a sign-in.
pub fn remote_signature(sign_in: SignInId) -> Key<RemoteRequest> {
    REMOTE_SIGNATURE.key(sign_in)
}

/// How often the telephone of one name (by its blind index, in text) was asked.
pub fn remote_signatures_of(name: &str) -> CounterKey {
    REMOTE_SIGNATURES_OF.key(Tag::text(name))
}

/// What waits for a citizen's answer.
pub fn backchannel_requests_to(citizen: CitizenId) -> SetKey<GrantId> {
    BACKCHANNEL_REQUESTS_TO.key(citizen)
}

/// Requests of a client through the back channel.
pub fn backchannel_requests_of(client: &ClientId) -> CounterKey {
    BACKCHANNEL_REQUESTS_OF.key(Tag::text(client.as_str()))
}

/// Those about one name (by its blind index, in text).
pub fn backchannel_requests_about(client: &ClientId, name: &str) -> CounterKey {
    BACKCHANNEL_REQUESTS_ABOUT.key(Tag::text(&format!("{client} {name}")))
}

/// Those that one citizen is shown.
pub fn backchannel_requests_of_to(client: &ClientId, citizen: CitizenId) -> CounterKey {
    BACKCHANNEL_REQUESTS_OF_TO.key(Tag::text(&format!("{client} {citizen}")))
}

/// Those that one citizen is shown of all clients.
pub fn backchannel_requests_shown(citizen: CitizenId) -> CounterKey {
    BACKCHANNEL_REQUESTS_SHOWN.key(citizen)
}

pub fn sessions_of(citizen: CitizenId) -> SetKey<SessionMember> {
    SESSIONS_OF.key(citizen)
}

/// Wrong guesses at something that people prove themselves with, from a network or a range of them.
pub fn failures_from(method: AuthenticationMethod, network: &str) -> CounterKey {
    FAILURES_FROM.key(Tag::text(&format!("{method} {network}")))
}

/// Those of the sign-ins for one client, from a range of networks.
pub fn failures_through(method: AuthenticationMethod, client: Option<&ClientId>, range: &str) -> CounterKey {
    let client = client.map_or("", ClientId::as_str);
    FAILURES_THROUGH.key(Tag::text(&format!("{method} {range} {client}")))
}

/// Those at one citizen (their id, or the blind index of a name, in text), wherever from.
pub fn failures_of(method: AuthenticationMethod, whose: &str) -> CounterKey {
    FAILURES_OF.key(Tag::text(&format!("{method} {whose}")))
}

/// Those at one citizen from a network or a known device.
pub fn failures_for(method: AuthenticationMethod, whose: &str, from: &str) -> CounterKey {
    FAILURES_FOR.key(Tag::text(&format!("{method} {whose} {from}")))
}

/// Until when no further guess is taken there.
pub fn wait_after_failures(method: AuthenticationMethod, whose: &str, from: &str) -> Key<Timestamp> {
    WAIT_AFTER_FAILURES.key(Tag::text(&format!("{method} {whose} {from}")))
}

/// Those that came before it, and were turned away.
pub fn tries_too_soon(method: AuthenticationMethod, whose: &str, from: &str) -> CounterKey {
    TRIES_TOO_SOON.key(Tag::text(&format!("{method} {whose} {from}")))
}

/// Codes that were sent to a citizen.
pub fn codes_to(citizen: CitizenId) -> CounterKey {
    CODES_TO.key(citizen)
}

/// Codes that were sent to numbers that begin alike, whose beginning has this hash.
pub fn codes_to_range(range: &SecretHash) -> CounterKey {
    CODES_TO_RANGE.key(range)
}

/// Codes that a network asked for.
pub fn codes_from(network: &str) -> CounterKey {
    CODES_FROM.key(Tag::text(network))
}

/// Every code that was sent by a channel.
pub fn codes_by(channel: Channel) -> CounterKey {
    CODES_BY.key(Tag::text(channel.as_str()))
}

/// The secret, sealed, of an authenticator application that a session is enrolling.
pub fn totp_enrolment(session: SessionId) -> Key<Vec<u8>> {
    TOTP_ENROLMENT.key(session)
}

/// The mark that somebody's name (by its blind index, in text) was tried from a network.
pub fn name_tried_from(network: &str, name: &str) -> Key<()> {
    NAME_TRIED_FROM.key(&hash_secret(format!("{network} {name}").as_bytes()))
}

/// How many names were tried from a network.
pub fn names_from(network: &str) -> CounterKey {
    NAMES_FROM.key(Tag::text(network))
}

/// Attempts to register a client from a network, without a good initial access token.
pub fn registrations_from(network: &str) -> CounterKey {
    REGISTRATIONS_FROM.key(Tag::text(network))
}

/// Registrations from a network, without an initial access token, that wait for somebody to take them up.
pub fn registrations_waiting_from(network: &str) -> CounterKey {
    REGISTRATIONS_WAITING_FROM.key(Tag::text(network))
}

/// Attempts to register a client with this initial access token.
pub fn registrations_with(token: InitialTokenId) -> CounterKey {
    REGISTRATIONS_WITH.key(Tag::text(&token.to_string()))
}

/// Updates of a client's registration.
pub fn registration_updates(client: &ClientId) -> CounterKey {
    REGISTRATION_UPDATES.key(Tag::text(client.as_str()))
}

/// Device codes that were given out to public clients on a network.
pub fn device_codes_from(network: &str) -> CounterKey {
    DEVICE_CODES_FROM.key(Tag::text(network))
}

/// Requests that public clients on a network have pushed.
pub fn requests_pushed_from(network: &str) -> CounterKey {
    REQUESTS_PUSHED_FROM.key(Tag::text(network))
}

/// User codes that a citizen entered and nobody waited under; from a network; and everywhere.
pub fn user_codes_by(citizen: CitizenId) -> CounterKey {
    USER_CODES_BY.key(citizen)
}

pub fn user_codes_from(network: &str) -> CounterKey {
    USER_CODES_FROM.key(Tag::text(network))
}

pub fn user_codes() -> CounterKey {
    USER_CODES.key(Tag::text("all"))
}

/// How often a citizen took away what is kept about them.
pub fn data_downloads(citizen: CitizenId) -> CounterKey {
    DATA_DOWNLOADS.key(citizen)
}

/// What a developer chose for a sign-in of a sandbox.
pub fn sandbox_choice(sign_in: SignInId) -> Key<Chosen> {
    SANDBOX_CHOICE.key(sign_in)
}

/// What goes wrong with whatever is issued of a grant of a sandbox.
pub fn sandbox_fault(grant: GrantId) -> Key<Fault> {
    SANDBOX_FAULT.key(grant)
}

/// Public keys that one token of a sandbox was signed by, as JWK.
pub fn sandbox_keys() -> SetKey<PublishedKey> {
    SANDBOX_KEYS.key(Tag::text("all"))
}

/// Failed proofs of a client from a network; of one that nobody has registered, with no name.
pub fn client_refusals(client: &str, network: &str) -> CounterKey {
    CLIENT_REFUSALS.key(Tag::text(&format!("{client} {network}")))
}

/// Who is opening an account in a sign-in.
pub fn registering(sign_in: SignInId) -> Key<Registering> {
    REGISTERING.key(sign_in)
}

/// What the registry's answer came to, in one attempt to open an account.
pub fn self_registration_outcome(attempt: Uuid) -> Key<RegistrationOutcome> {
    SELF_REGISTRATION_OUTCOME.key(attempt)
}

/// The mark that one of the tries was used that the attempt's code has.
pub fn self_registration_try(attempt: Uuid, number: u32) -> Key<()> {
    SELF_REGISTRATION_TRY.key(Tag::text(&format!("{attempt} {number}")))
}

/// Attempts to open an account from a network.
pub fn self_registrations_from(network: &str) -> CounterKey {
    SELF_REGISTRATIONS_FROM.key(Tag::text(network))
}

/// With one number, name and birthday (by a hash over the number's blind index, in text).
pub fn self_registrations_with(said: &str) -> CounterKey {
    SELF_REGISTRATIONS_WITH.key(Tag::text(said))
}

/// Everywhere.
pub fn self_registrations() -> CounterKey {
    SELF_REGISTRATIONS.key(Tag::text("all"))
}

/// Codes that were sent to whoever has a number (by its blind index, in text) and no account.
pub fn codes_to_stranger(number: &str) -> CounterKey {
    CODES_TO_STRANGER.key(Tag::text(number))
}

/// Questions to the population registry about those who have an account.
pub fn registry_questions() -> CounterKey {
    REGISTRY_QUESTIONS.key(Tag::text("all"))
}
