//! What is still missing of a sign-in, once someone has proven who they are: exactly that is asked for (RFC 9470).

use crate::domain::assurance::{AuthenticationMethod, Requirement};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::grant::Authentication;
use crate::domain::holdings::Holdings;
use crate::domain::ids::ClientId;
use crate::domain::sign_in::{Purpose, SignIn, State};
use crate::protocol::acr::{self, Levels, Standing};

use super::super::{App, FlowError, holdings};

/// What has to be proven beside what was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// `None` where nothing that the person has would bring it.
    pub requirement: Option<Requirement>,
    /// What the person can prove it with, the best first.
    pub offers: Vec<AuthenticationMethod>,
}

/// What a sign-in is held against.
#[derive(Clone, Copy, Debug)]
pub enum Asking<'a> {
    Client(&'a AuthorizationRequest),
    /// A client that waits at another device than the person's (device grant, CIBA): nothing that they prove is phishing-resistant
    /// there, so none of it is asked for either.
    Elsewhere(&'a AuthorizationRequest),
    /// The person's own account pages.
    Account(Requirement),
}

impl<'a> From<&'a Purpose> for Asking<'a> {
    fn from(purpose: &'a Purpose) -> Self {
        match purpose {
            Purpose::Client(request) => Self::Client(request),
            Purpose::Account { least, .. } => Self::Account(*least),
            Purpose::NewCertificate { .. } => Self::Account(Requirement::NONE),
        }
    }
}

impl<'a> Asking<'a> {
    /// For whom the person signs in; none for their own account, which is also where a client's request is answered that waits
    /// elsewhere.
    const fn signs_in_for(self) -> Option<&'a ClientId> {
        match self {
            Self::Client(request) => Some(&request.client_id),
            Self::Elsewhere(_) | Self::Account(_) => None,
        }
    }
}

/// What is missing; `None` where what was proven is enough, or where nobody has proven anything.
pub async fn missing(app: &App, sign_in: &SignIn) -> Result<Option<Missing>, FlowError> {
    match &sign_in.state {
        State::Authenticated(by) => of(app, Asking::from(&sign_in.purpose), sign_in.demanded, by).await,
        State::Offered | State::Requested | State::Identified { .. } | State::Consented(_) => Ok(None),
    }
}

/// Whether `method` is among what is asked for now.
pub async fn is_offered(app: &App, sign_in: &SignIn, method: AuthenticationMethod) -> Result<bool, FlowError> {
    Ok(missing(app, sign_in).await?.is_some_and(|missing| missing.offers.contains(&method)))
}

/// What `authentication` lacks of what is asked, where `demanded` is asked for beside.
pub async fn of(
    app: &App,
    asking: Asking<'_>,
    demanded: Requirement,
    authentication: &Authentication,
) -> Result<Option<Missing>, FlowError> {
    let across;
    let authentication = match asking {
        Asking::Elsewhere(_) => {
            across = authentication.clone().across_devices();
            &across
        }
        Asking::Client(_) | Asking::Account(_) => authentication,
    };
    // Most of the time nothing is missing, and nothing has to be looked up to see it.
    if standing(app, asking, demanded, authentication, |_| true).await? == Standing::Serves {
        return Ok(None);
    }
    let held = match (asking, holdings::load(app, authentication.citizen, asking.signs_in_for()).await?) {
        (Asking::Elsewhere(_), held) => held.map(Holdings::across_devices),
        (Asking::Client(_) | Asking::Account(_), held) => held,
    };
    let now = app.clock.now();
    let can_bring =
        |asked: Requirement| held.as_ref().is_some_and(|held| held.can_bring(&authentication.proofs, asked, now));
    Ok(match standing(app, asking, demanded, authentication, can_bring).await? {
        Standing::Serves => None,
        Standing::Lacks(asked) => Some(Missing {
            requirement: Some(asked),
            offers: held.map(|held| held.offers(&authentication.proofs, asked, now)).unwrap_or_default(),
        }),
        Standing::Unmet => Some(Missing { requirement: None, offers: Vec::new() }),
    })
}

async fn standing(
    app: &App,
    asking: Asking<'_>,
    demanded: Requirement,
    authentication: &Authentication,
    can_bring: impl Fn(Requirement) -> bool,
) -> Result<Standing, FlowError> {
    match asking {
        Asking::Client(request) | Asking::Elsewhere(request) => {
            let client = app.clients.load(app, &request.client_id).await?;
            let levels = app.levels(&client);
            let levels = Levels { least: levels.least.and(demanded), ..levels };
            Ok(acr::standing(levels, request, authentication, can_bring))
        }
        Asking::Account(least) => Ok(match authentication.meets(least.and(demanded)) {
            true => Standing::Serves,
            false if can_bring(least.and(demanded)) => Standing::Lacks(least.and(demanded)),
            // The page says what it needs; what something unusual demands holds all the same.
            false if authentication.meets(demanded) => Standing::Serves,
            false if can_bring(demanded) => Standing::Lacks(demanded),
            false => Standing::Unmet,
        }),
    }
}
