//! The authorization endpoint: a request is answered at once, begins a sign-in, or is refused.

use std::sync::Arc;

use crate::domain::assurance::Requirement;
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::Client;
use crate::domain::ids::SignInId;
use crate::domain::secret::SecretString;
use crate::domain::sign_in::Purpose;
use crate::protocol::OAuthError;
use crate::protocol::acr::Standing;
use crate::protocol::authorize::checks::Context;
use crate::protocol::authorize::prompt::{self, ChoiceStanding, Decision, Known};
use crate::protocol::authorize::pushed::{PushedRequest, RequestUri};
use crate::protocol::authorize::{AnswerTo, Channel, Delivery, PageError, Request};
use crate::protocol::parameters::Parameters;
use crate::sessions::Claim;

use super::organisation::acting;
use super::session::CurrentSession;
use super::sign_in::step_up::{self, Asking, Missing};
use super::visitor::Visitor;
use super::{App, FlowError, answer, consent, details_types, pushed_request, request_object, session, sign_in, trial};

/// What the browser is to do.
#[derive(Debug)]
pub enum Authorized {
    /// Go to the client with the answer.
    Answered(Delivery),
    /// Go through the sign-in, with this browser cookie if it has none yet.
    SignIn { id: SignInId, browser: Option<SecretString> },
    /// Stay: the request cannot be answered to anyone.
    Page(PageError),
}

/// A request that is sound.
#[derive(Debug)]
pub(super) struct Judged {
    pub client: Arc<Client>,
    pub asked: PushedRequest,
}

/// Why a request goes no further.
#[derive(Debug)]
pub(super) enum Unsound {
    /// There is nobody to tell.
    Page(PageError),
    Refused(Arc<Client>, AnswerTo, OAuthError),
}

/// Answers an authorization request.
///
/// Round trips of a silent sign-on with a live session and a cached client: the session, the consent, the code; no SQL. Of
/// a request that was pushed, what was pushed and the mark that it was answered besides; of one that asks in whose name the person
/// acts, one to SQL that finds nothing for most people.
pub async fn authorize(app: &App, visitor: &Visitor, parameters: Parameters) -> Result<Authorized, FlowError> {
    let asked = match Request::parse(parameters) {
        Ok(asked) => asked,
        Err(fault) => return Ok(Authorized::Page(fault)),
    };
    let client = app.clients.find(app, asked.client_id()).await?;
    let client = trial::with_own_page(app, &asked, client).await?;
    let sound = match RequestUri::brought(asked.parameters()) {
        Some(uri) => {
            let recalled = pushed_request::recall(app, &uri, client.as_deref()).await?;
            match recalled.and_then(|pushed| Ok((client.ok_or(PageError::ClientUnknown)?, pushed))) {
                Ok((client, pushed)) => pushed_request::judge_again(app, client, pushed).await?,
                Err(fault) => Err(Unsound::Page(fault)),
            }
        }
        None => judge(app, asked, client, Channel::Browser).await?,
    };
    match sound {
        Ok(Judged { client, asked }) => decide(app, visitor, &client, asked.request).await,
        Err(Unsound::Page(fault)) => Ok(Authorized::Page(fault)),
        Err(Unsound::Refused(client, to, refusal)) => {
            Ok(Authorized::Answered(answer::refuse(app, &client, to, refusal).await?))
        }
    }
}

/// Holds a request against every rule, the same whichever way it came.
pub(super) async fn judge(
    app: &App,
    asked: Request,
    client: Option<Arc<Client>>,
    channel: Channel,
) -> Result<Result<Judged, Unsound>, FlowError> {
    let asked = request_object::unfold(app, client.as_deref(), asked, channel).await?;
    let verified = match asked.verify(client) {
        Ok(verified) => verified,
        Err(fault) => return Ok(Err(Unsound::Page(fault))),
    };
    let keys = app.keys.ring();
    let details_types = details_types::asked_by(app, verified.parameters()).await?;
    let policies = &app.settings.policies;
    let registry = app.resource_servers.registry(app).await?;
    let now = app.clock.now();
    let context = Context {
        channel,
        issuer: app.issuer(),
        keys: &keys,
        registry: &registry,
        now,
        policies,
        acr: &app.settings.acr,
        attainable: &app.attainable,
        details_types: &details_types,
    };
    Ok(match verified.check(&context) {
        Ok(request) => {
            let asked = PushedRequest { request, object: verified.signed() };
            Ok(Judged { client: verified.client().clone(), asked })
        }
        Err(refusal) => Err(Unsound::Refused(verified.client().clone(), verified.answer_to(), refusal)),
    })
}

/// What comes next for a request that is sound.
async fn decide(
    app: &App,
    visitor: &Visitor,
    client: &Arc<Client>,
    request: AuthorizationRequest,
) -> Result<Authorized, FlowError> {
    // Whoever the client does not serve is, to it, not signed in: somebody else may be.
    let session = session::current(app, visitor).await?.filter(|current| client.serves(current.citizen()));
    let consent = consent::standing(app, client, &request, session.as_ref()).await?;
    let subject = session.as_ref().map(|current| app.keys.subject(client, current.citizen()));
    let strength = match &session {
        Some(current) => strength(app, &request, current).await?,
        None => Standing::Serves,
    };
    let choice = match &session {
        Some(current) => acting::standing(app, client, &request, current).await?,
        None => ChoiceStanding::Settled(None),
    };
    let known = session.as_ref().zip(subject.as_deref());
    let known = known.map(|(current, subject)| Known { session: &current.session, subject, strength, choice });
    match prompt::decide(&request, known, consent, app.clock.now()) {
        Decision::Refuse(refusal) => Ok(match pushed_request::spend(app, &request).await? {
            Claim::Won => Authorized::Answered(answer::refuse(app, client, AnswerTo::from(&request), refusal).await?),
            Claim::Taken => Authorized::Page(PageError::RequestUriUnknown),
        }),
        Decision::SignIn => begin(app, visitor, request, None).await,
        Decision::AskConsent | Decision::StepUp => begin(app, visitor, request, session).await,
        // In a sandbox nobody is answered before they could choose what goes wrong, unless no page may be shown.
        Decision::Answer if app.mode.is_sandbox() && !request.prompt.none => {
            begin(app, visitor, request, session).await
        }
        Decision::Answer => match session {
            Some(current) => {
                if pushed_request::spend(app, &request).await? == Claim::Taken {
                    return Ok(Authorized::Page(PageError::RequestUriUnknown));
                }
                let acting = match choice {
                    ChoiceStanding::Settled(acting) => acting,
                    ChoiceStanding::Missing => None,
                };
                let by = (&current.session.authentication, acting);
                Ok(Authorized::Answered(answer::answer(app, visitor, client, &request, by, None).await?))
            }
            None => begin(app, visitor, request, None).await,
        },
    }
}

/// Whether the session is strong enough for `request`.
async fn strength(app: &App, request: &AuthorizationRequest, current: &CurrentSession) -> Result<Standing, FlowError> {
    let proven = &current.session.authentication;
    let missing = step_up::of(app, Asking::Client(request), Requirement::NONE, proven).await?;
    Ok(match missing {
        None => Standing::Serves,
        Some(Missing { requirement: Some(requirement), .. }) => Standing::Lacks(requirement),
        Some(Missing { requirement: None, .. }) => Standing::Unmet,
    })
}

/// Begins a sign-in; with a session whose person only has to be asked or to prove more, past what they proved.
async fn begin(
    app: &App,
    visitor: &Visitor,
    request: AuthorizationRequest,
    session: Option<CurrentSession>,
) -> Result<Authorized, FlowError> {
    let begun = sign_in::begin(app, visitor, Purpose::Client(Box::new(request))).await?;
    let sign_in = match session {
        Some(current) => begun.sign_in.resume(current.session.authentication).map_err(FlowError::failed)?,
        None => begun.sign_in,
    };
    sign_in::enter(app, &sign_in).await?;
    Ok(Authorized::SignIn { id: sign_in.id, browser: begun.browser })
}
