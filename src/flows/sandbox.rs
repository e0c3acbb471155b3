//! The sandbox: who signs in and what goes wrong is chosen for each sign-in, and goes wrong in it alone.
//!
//! What was chosen is kept under the id of the sign-in, which only the browser that began it can go on with, and goes over to the
//! grant that answers it. There is no switch for a portal or for the server. Three places ask: the answer of the authorization
//! endpoint, the token endpoint once it knows its client, and whoever signs ID tokens.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::crypto::jws::{Signer, Typ};
use crate::crypto::private_key::PrivateKey;
use crate::crypto::token::{Token, TokenKind};
use crate::domain::assurance::{AuthenticationLevel, Proof};
use crate::domain::citizen::{Citizen, CitizenStatus};
use crate::domain::client::Client;
use crate::domain::ids::{CitizenId, GrantId, SignInId};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::sandbox::Fault;
use crate::domain::secret::SecretString;
use crate::domain::sign_in::{Purpose, SignIn, State};
use crate::domain::stage::{Person, Stage};
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Parameter;
use crate::protocol::parameters::Parameters;
use crate::protocol::token::GrantType;
use crate::sessions::Batch;
use crate::storage::Transaction;

use super::protection::Protection;
use super::sign_in::MOST_EXTENSIONS;
use super::sign_in::prove::{self, Settle, Shown, SignedIn, Success};
use super::visitor::Visitor;
use super::{App, FlowError, code, short_lived};

pub use crate::domain::sandbox::MARK;

/// Whom an answer or a token is said to be from that says the wrong issuer: nobody's, for ever (RFC 2606 §2).
const OTHER_ISSUER: &str = "https://other-issuer.invalid";

/// How many people the page offers.
const OFFERED: u32 = 50;

/// For how long what is issued of a grant is faulty: longer than its code lives, and over before somebody wonders.
const FAULTY_FOR: Duration = Duration::from_secs(600);

/// For how long a key is published that one token was signed by.
const PUBLISHED_FOR: Duration = Duration::from_secs(3600);

/// So many of these at most, the newest.
const PUBLISHED: usize = 16;

/// What the developer chose for a sign-in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Chosen {
    pub fault: Option<Fault>,
}

/// What came of a choice.
#[derive(Debug)]
pub enum Choice {
    /// The sign-in goes on where it was: whoever signs in proves it as everywhere.
    GoOn(Box<SignIn>),
    SignedIn(Box<SignedIn>),
    /// Nobody whom the page offers.
    NotOffered,
}

/// Whether something may be chosen in this sign-in: it is a portal's, in a sandbox.
pub fn is_asked(app: &App, sign_in: &SignIn) -> bool {
    app.mode.is_sandbox()
        && matches!(sign_in.purpose, Purpose::Client(_))
        && !matches!(sign_in.state, State::Consented(_))
}

/// Whom the developer may sign in as: people who were made up, and who administer nothing here.
pub async fn people(app: &App) -> Result<Vec<Citizen>, FlowError> {
    let mut reading = app.store.read().await?;
    let staff: BTreeSet<CitizenId> =
        reading.role_grants().all(app.clock.now()).await?.into_iter().map(|grant| grant.citizen).collect();
    let listed = reading.citizens().list(Some(CitizenStatus::Active), None, OFFERED).await?.items;
    let offered = |citizen: &Citizen| citizen.id.person() == Person::MadeUp && !staff.contains(&citizen.id);
    Ok(listed.into_iter().filter(offered).collect())
}

/// Keeps what goes wrong, and signs in as `citizen` where one was chosen: by nothing but that choice, as with a password. It never
/// counts as more, so that no choice on this page opens the console.
pub async fn choose(
    app: &App,
    visitor: &Visitor,
    sign_in: SignIn,
    citizen: Option<CitizenId>,
    fault: Option<Fault>,
) -> Result<Choice, FlowError> {
    let citizen = match citizen {
        None => None,
        Some(id) => match people(app).await?.into_iter().find(|offered| offered.id == id) {
            Some(citizen) => Some(citizen),
            None => return Ok(Choice::NotOffered),
        },
    };
    let lives = app.settings.lifetimes.sign_in * MOST_EXTENSIONS;
    app.sessions.put(&short_lived::sandbox_choice(sign_in.id), &Chosen { fault }, lives).await?;
    if let (Some(fault), Some(client)) = (fault, sign_in.purpose.client()) {
        tracing::info!(%fault, %client, "a fault was chosen");
    }
    let Some(citizen) = citizen else { return Ok(Choice::GoOn(Box::new(sign_in))) };
    let begun = match sign_in.state {
        State::Offered => sign_in.go_on(),
        _ => sign_in.begin_again(),
    };
    let sign_in = begun.map_err(FlowError::failed)?;
    let device = prove::known_device(app, visitor, citizen.id).await?;
    let shown = Shown { citizen: &citizen, given: Proof::password(app.clock.now()).into(), device };
    match prove::succeed(app, visitor, sign_in.clone(), shown, Box::new(NothingToSettle)).await? {
        Success::Given(signed_in) => Ok(Choice::SignedIn(signed_in)),
        Success::TooLate(_) => Ok(Choice::NotOffered),
        Success::OutOfOrder(_) => Ok(Choice::GoOn(Box::new(sign_in))),
    }
}

struct NothingToSettle;

#[async_trait::async_trait]
impl Settle for NothingToSettle {
    async fn settle(self: Box<Self>, _: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        Ok(None)
    }
}

/// What goes wrong in a sign-in that is being answered.
pub(super) async fn of_sign_in(app: &App, client: &Client, id: SignInId) -> Result<Option<Fault>, FlowError> {
    // Asked of the client once more: should this ever be reached for one that citizens use, nothing goes wrong.
    if !app.mode.is_sandbox() || client.stage != Stage::Sandbox {
        return Ok(None);
    }
    Ok(app.sessions.take(&short_lived::sandbox_choice(id)).await?.and_then(|chosen| chosen.fault))
}

/// The refusal that stands in for the answer.
pub(super) fn refusal(fault: Fault) -> Option<OAuthError> {
    Some(match fault {
        Fault::AccessDenied => OAuthError::access_denied("sandbox: the person refused, as was chosen"),
        Fault::LoginRequired => OAuthError::login_required("sandbox: nobody is signed in, as was chosen"),
        Fault::TemporarilyUnavailable => {
            OAuthError::temporarily_unavailable("sandbox: the server is overloaded, as was chosen")
        }
        Fault::ServerError => OAuthError::server_error("sandbox: the server failed, as was chosen"),
        _ => return None,
    })
}

/// What goes wrong with the answer's parameters; whose it says that it is (RFC 9207; JARM §2.1), if it says so at all.
pub(super) fn at_answer<'a>(app: &'a App, fault: Option<Fault>, parameters: &mut Vec<Parameter>) -> Option<&'a str> {
    match fault {
        Some(Fault::WrongState) => {
            parameters.retain(|(name, _)| *name != "state");
            parameters.push(("state", SecretString::new("sandbox-wrong-state")));
            Some(app.issuer())
        }
        Some(Fault::MissingIssuer) => None,
        Some(Fault::OtherIssuer) => Some(OTHER_ISSUER),
        _ => Some(app.issuer()),
    }
}

/// From here on whatever is issued of the grant is faulty.
pub(super) async fn bind(app: &App, grant: GrantId, fault: Option<Fault>) -> Result<(), FlowError> {
    match fault {
        Some(fault) => Ok(app.sessions.put(&short_lived::sandbox_fault(grant), &fault, FAULTY_FOR).await?),
        None => Ok(()),
    }
}

/// What goes wrong at the token endpoint, for a client that has proven itself and comes with a code.
///
/// # Errors
/// `Busy` where the endpoint is away, the first time.
pub(super) async fn at_token_endpoint(app: &App, grant_type: GrantType, form: &Parameters) -> Result<(), FlowError> {
    if !app.mode.is_sandbox() || grant_type != GrantType::AuthorizationCode {
        return Ok(());
    }
    let Some(presented) = form.single("code")? else { return Ok(()) };
    let Ok(token) = Token::parse(TokenKind::AuthorizationCode, presented) else { return Ok(()) };
    let key = short_lived::sandbox_fault(GrantId::from_uuid(token.locator()));
    match app.sessions.get(&key).await? {
        Some(Fault::Slow) => be_slow(app.settings.sandbox.delay).await,
        Some(Fault::Unavailable) => {
            // Once: whoever comes again with the same code, as they should, gets their tokens.
            app.sessions.delete(&key).await?;
            return Err(FlowError::Busy { retry_after: Duration::from_secs(1) });
        }
        Some(Fault::ExpiredCode) => app.sessions.delete(&short_lived::code(&token.hash())).await?,
        Some(Fault::UsedCode) => {
            let _: code::Redemption = code::redeem(app, &SecretString::new(presented)).await?;
        }
        _ => {}
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "an answer that comes late is what was chosen")]
async fn be_slow(delay: Duration) {
    tokio::time::sleep(delay).await;
}

/// Whether what a client is given says that nothing of it is real: in a sandbox, and, at a server for citizens, where the client is only tried
/// out. A resource server knows neither its clients nor their stage: it reads it off the token.
pub(super) fn marks(app: &App, client: &Client) -> bool {
    app.mode.is_sandbox() || client.stage == Stage::Sandbox
}

/// What a token or an answer of a sandbox says, marked.
///
/// # Errors
/// Where it is no object, which nothing here is.
pub(super) fn marked(claims: &impl Serialize) -> Result<Map<String, Value>, FlowError> {
    let Value::Object(mut claims) = serde_json::to_value(claims).map_err(FlowError::failed)? else {
        return Err(FlowError::failed("what is marked is an object"));
    };
    claims.insert(MARK.to_owned(), true.into());
    Ok(claims)
}

/// The ID token of a sandbox: marked, and wrong as was chosen for the sign-in that `grant` answered.
pub(super) async fn id_token(
    app: &App,
    protection: &Protection,
    grant: GrantId,
    claims: &impl Serialize,
    now: Timestamp,
) -> Result<String, FlowError> {
    let fault = app.sessions.get(&short_lived::sandbox_fault(grant)).await?;
    let mut claims = marked(claims)?;
    if let Some(fault) = fault {
        at_claims(fault, &mut claims, now);
    }
    let algorithm = protection.algorithm();
    let signed = match fault {
        Some(Fault::RotatedKey) => {
            let signer = new_key(algorithm)?;
            publish(app, &signer).await?;
            signer.sign(Typ::IdToken, &claims).map_err(FlowError::failed)?
        }
        Some(Fault::UnknownKey) => new_key(algorithm)?.sign(Typ::IdToken, &claims).map_err(FlowError::failed)?,
        Some(Fault::BadSignature) => {
            // Under the `kid` of the key that signs, over other claims than these.
            let other = app.keys.sign(algorithm, Typ::IdToken, &Map::new(), now).await?;
            let own = app.keys.sign(algorithm, Typ::IdToken, &claims, now).await?;
            match (own.rsplit_once('.'), other.rsplit_once('.')) {
                (Some((content, _)), Some((_, signature))) => format!("{content}.{signature}"),
                _ => return Err(FlowError::failed("a signed token has three parts")),
            }
        }
        _ => app.keys.sign(algorithm, Typ::IdToken, &claims, now).await?,
    };
    protection.sealed(app, signed)
}

fn at_claims(fault: Fault, claims: &mut Map<String, Value>, now: Timestamp) {
    match fault {
        Fault::WrongNonce => drop(claims.insert("nonce".to_owned(), "sandbox-wrong-nonce".into())),
        Fault::WrongAudience => drop(claims.insert("aud".to_owned(), "sandbox-another-client".into())),
        Fault::WrongIssuer => drop(claims.insert("iss".to_owned(), OTHER_ISSUER.into())),
        Fault::ExpiredToken => {
            // Long enough ago that no tolerance for clocks takes it in.
            claims.insert("iat".to_owned(), (now.seconds() - 7200).into());
            claims.insert("exp".to_owned(), (now.seconds() - 3600).into());
        }
        Fault::MissingSubject => drop(claims.remove("sub")),
        Fault::LowerLevel => {
            let lowest = AuthenticationLevel::OneFactor;
            claims.insert("acr".to_owned(), lowest.acr().into());
            claims.insert("amr".to_owned(), Value::Array(vec!["pwd".into()]));
            if let Ok(level) = serde_json::to_value(lowest) {
                claims.insert("authentication_level".to_owned(), level);
            }
        }
        _ => {}
    }
}

fn new_key(algorithm: SignatureAlgorithm) -> Result<Signer, FlowError> {
    let pkcs8 = PrivateKey::generate(algorithm).map_err(FlowError::failed)?;
    PrivateKey::from_pkcs8(algorithm, &pkcs8).and_then(Signer::new).map_err(FlowError::failed)
}

/// The public half, for every server's JWKS; the private half is gone with the one token that it signed. The oldest make room: the
/// document stays one that libraries read, however often somebody chooses this.
async fn publish(app: &App, signer: &Signer) -> Result<(), FlowError> {
    let public = signer.private_key().public_key().map_err(FlowError::failed)?;
    let jwk = serde_json::to_string(&public.to_jwk(signer.algorithm())).map_err(FlowError::failed)?;
    let set = short_lived::sandbox_keys();
    app.sessions.insert(&set, &PublishedKey { at: app.clock.now(), jwk }, PUBLISHED_FOR).await?;
    let mut there = app.sessions.members(&set).await?;
    there.sort_by_key(|key| std::cmp::Reverse(key.at));
    let batch = there.iter().skip(PUBLISHED).try_fold(Batch::new(), |batch, old| batch.remove(&set, old))?;
    Ok(app.sessions.apply(batch).await?)
}

/// A key that one token was signed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    at: Timestamp,
    /// Its public half.
    jwk: String,
}

/// The JWKS, with the keys that tokens of this sandbox were just signed by.
///
/// # Errors
/// Where the short-lived store is away.
pub async fn jwks(app: &App, published: &[u8]) -> Result<Vec<u8>, FlowError> {
    let mut document: Value = serde_json::from_slice(published).map_err(FlowError::failed)?;
    let mut new = app.sessions.members(&short_lived::sandbox_keys()).await?;
    // Whoever publishes one more at this moment has not made room yet.
    new.sort_by_key(|key| std::cmp::Reverse(key.at));
    new.truncate(PUBLISHED);
    if let Some(keys) = document.get_mut("keys").and_then(Value::as_array_mut) {
        keys.extend(new.iter().filter_map(|key| serde_json::from_str::<Value>(&key.jwk).ok()));
    }
    serde_json::to_vec(&marked(&document)?).map_err(FlowError::failed)
}
