//! Several people at one browser: whom the sign-in page names, and what choosing one of them leads to
//! (docs/decisions/0018-people-at-one-browser.md).
//!
//! A browser has one session. Whoever is signed in goes on where the request lets them; everybody else proves themselves as ever,
//! and is only spared typing a name. Who is named is who chose to be on this device, by a secret of the device, and masked.

use crate::crypto::hash::hash_secret;
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::credential::CredentialKind;
use crate::domain::ids::{CitizenId, ClientId, DeviceId};
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::session::Remember;
use crate::domain::sign_in::{Named, OutOfOrder, Purpose, SignIn};
use crate::protocol::acr::Standing as Strength;
use crate::protocol::authorize::prompt::{self, ChoiceStanding, Known};

use super::super::session::{self, CurrentSession, Ending};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, cookie_secret, holdings, logout};
use super::save;

/// Somebody who may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub place: Place,
    /// Masked.
    pub name: String,
    pub standing: Standing,
    citizen: CitizenId,
}

/// Where they are known by: how a page's form names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Session,
    Device(DeviceId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They are signed in, which is enough for what is asked.
    GoesOn,
    /// They are signed in, and are asked to prove themselves again.
    SignedIn,
    Remembered,
}

/// Who may be chosen in this sign-in, at this browser: whoever is signed in first.
pub async fn here(app: &App, visitor: &Visitor, sign_in: &SignIn) -> Result<Vec<Person>, FlowError> {
    let current = session::current(app, visitor).await?;
    let mut people = Vec::new();
    if let Some(current) = &current
        && let Some(standing) = standing(app, sign_in, current).await?
    {
        people.extend(person(app, Place::Session, current.citizen(), standing).await?);
    }
    if visitor.devices.is_empty() {
        return Ok(people);
    }
    for known in app.store.read().await?.remembered_people().find(&visitor.devices).await? {
        if current.as_ref().is_none_or(|current| current.citizen() != known.citizen) {
            people.extend(person(app, Place::Device(known.device), known.citizen, Standing::Remembered).await?);
        }
    }
    Ok(people)
}

async fn person(app: &App, place: Place, citizen: CitizenId, standing: Standing) -> Result<Option<Person>, FlowError> {
    let found = app.store.read().await?.citizens().find(citizen).await?;
    let found = found.filter(|citizen| citizen.status.is_active());
    Ok(found.map(|found| Person { place, name: found.profile.masked_name(), standing, citizen }))
}

/// How whoever is signed in stands to this sign-in; `None` where it asks for somebody else.
async fn standing(app: &App, sign_in: &SignIn, current: &CurrentSession) -> Result<Option<Standing>, FlowError> {
    let Purpose::Client(request) = &sign_in.purpose else { return Ok(Some(Standing::SignedIn)) };
    let client = app.clients.load(app, &request.client_id).await?;
    let subject = app.keys.subject(&client, current.citizen());
    if !request.is_for(&subject) || !client.serves(current.citizen()) {
        return Ok(None);
    }
    let (strength, choice) = (Strength::Serves, ChoiceStanding::Settled(None));
    let known = Known { session: &current.session, subject: &subject, strength, choice };
    Ok(Some(match prompt::goes_on_where_chosen(request, &known, app.clock.now()) {
        true => Standing::GoesOn,
        false => Standing::SignedIn,
    }))
}

/// What choosing somebody leads to.
#[derive(Debug)]
pub enum Chosen {
    /// They are signed in, and the sign-in goes on.
    GoesOn(SignIn),
    /// They have to prove themselves; it is best asked for in this way.
    Asked(SignIn, AuthenticationMethod),
    /// Nobody is there any more: the page was an old one.
    Gone,
    OutOfOrder(OutOfOrder),
}

/// Somebody says: that is me.
pub async fn choose(app: &App, visitor: &Visitor, sign_in: SignIn, place: Place) -> Result<Chosen, FlowError> {
    let found = here(app, visitor, &sign_in).await?.into_iter().find(|person| person.place == place);
    let Some(person) = found else { return Ok(Chosen::Gone) };
    let went_on = match person.standing {
        Standing::GoesOn => {
            let current = session::current(app, visitor).await?.filter(|current| current.citizen() == person.citizen);
            let Some(current) = current else { return Ok(Chosen::Gone) };
            let authentication = current.session.authentication;
            sign_in.begin_again().and_then(|sign_in| sign_in.resume(authentication))
        }
        Standing::SignedIn | Standing::Remembered => sign_in.identify(Named::Chosen(person.citizen)),
    };
    let sign_in = match went_on {
        Ok(sign_in) => sign_in,
        Err(fault) => return Ok(Chosen::OutOfOrder(fault)),
    };
    if let Err(over) = save(app, &sign_in).await? {
        return Ok(Chosen::OutOfOrder(over));
    }
    Ok(match person.standing {
        Standing::GoesOn => Chosen::GoesOn(sign_in),
        Standing::SignedIn | Standing::Remembered => {
            let method = first_asked(app, person.citizen, sign_in.purpose.client()).await?;
            Chosen::Asked(sign_in, method)
        }
    })
}

/// What this person is asked for first, on a device that may know what they have.
async fn first_asked(
    app: &App,
    citizen: CitizenId,
    client: Option<&ClientId>,
) -> Result<AuthenticationMethod, FlowError> {
    let Some(held) = holdings::load(app, citizen, client).await? else { return Ok(AuthenticationMethod::Password) };
    let has = |kind| held.credentials.iter().any(|held| held.kind == kind);
    let passkey = held.credentials.iter().any(|held| held.kind == CredentialKind::WebAuthn && held.traits.unlocked);
    Ok(if passkey {
        AuthenticationMethod::WebAuthn
    } else if !held.has_password && has(CredentialKind::Certificate) {
        AuthenticationMethod::Certificate
    } else {
        AuthenticationMethod::Password
    })
}

/// It is somebody else than whoever was chosen, or has proven something: who they are is asked again. Whoever is signed in stays so
/// until somebody else has proven who they are.
pub async fn somebody_else(app: &App, sign_in: SignIn) -> Result<Result<SignIn, OutOfOrder>, FlowError> {
    match sign_in.begin_again() {
        Ok(sign_in) => Ok(save(app, &sign_in).await?.map(|()| sign_in)),
        Err(fault) => Ok(Err(fault)),
    }
}

/// Takes somebody off this browser, and says by which secret it knew them. They are a stranger here from now on; what is known of
/// anybody else stays.
pub async fn forget(app: &App, visitor: &Visitor, device: DeviceId) -> Result<Option<SecretHash>, FlowError> {
    let mut tx = app.store.begin().await?;
    let known = tx.remembered_people().find(&visitor.devices).await?;
    let Some(person) = known.into_iter().find(|person| person.device == device) else { return Ok(None) };
    tx.known_devices().forget_here(person.citizen, person.secret).await?;
    // Whoever did it has not said who they are.
    let event = app.event(visitor, EventKind::DeviceForgotten, Outcome::Success).about(person.citizen);
    tx.audit().record(&event.with("device", &visitor.device_name).build()).await?;
    tx.commit().await?;
    Ok(Some(person.secret))
}

/// Whoever was signed in is so no more.
#[derive(Debug)]
pub struct SignedOut {
    pub sign_in: SignIn,
    /// The browser's new cookie: no other sign-in that it had under way can be gone on with.
    pub browser: SecretString,
    /// The pages of clients that the browser is to show meanwhile (Front-Channel Logout 1.0 §3).
    pub frames: Vec<String>,
}

/// Signs out whoever is signed in, in the middle of a sign-in that somebody else goes on with. Whom the browser knows it knows still.
pub async fn sign_out(
    app: &App,
    visitor: &Visitor,
    sign_in: SignIn,
) -> Result<Result<SignedOut, OutOfOrder>, FlowError> {
    let browser = cookie_secret(&*app.random);
    let sign_in = match sign_in.begin_again() {
        Ok(sign_in) => SignIn { browser: hash_secret(browser.expose().as_bytes()), ..sign_in },
        Err(fault) => return Ok(Err(fault)),
    };
    let left = match session::current(app, visitor).await? {
        Some(current) => session::end(app, visitor, &current, Ending::ByPerson).await?,
        None => Vec::new(),
    };
    let frames = logout::frames(app, &left).await?;
    Ok(save(app, &sign_in).await?.map(|()| SignedOut { sign_in, browser, frames }))
}

/// Notes what is to stay on the device of whoever signs in.
pub async fn keep(app: &App, sign_in: SignIn, remember: Remember) -> Result<Result<SignIn, OutOfOrder>, FlowError> {
    if sign_in.remember == remember {
        return Ok(Ok(sign_in));
    }
    let sign_in = SignIn { remember, ..sign_in };
    Ok(save(app, &sign_in).await?.map(|()| sign_in))
}
