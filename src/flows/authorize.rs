//! The authorization endpoint: a request is answered at once, begins a sign-in, or is refused.

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::ids::SignInId;
use crate::domain::secret::SecretString;
use crate::domain::sign_in::Purpose;
use crate::protocol::authorize::checks::Context;
use crate::protocol::authorize::prompt::{self, Decision};
use crate::protocol::authorize::{AnswerTo, Delivery, PageError, Request};
use crate::protocol::parameters::Parameters;

use super::session::CurrentSession;
use super::visitor::Visitor;
use super::{App, FlowError, answer, consent, request_object, session, sign_in};

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

/// Answers an authorization request.
///
/// Round trips of a silent sign-on with a live session and a cached client: the session, the consent, the code; no SQL.
pub async fn authorize(app: &App, visitor: &Visitor, parameters: Parameters) -> Result<Authorized, FlowError> {
    let request = match Request::parse(parameters) {
        Ok(request) => request,
        Err(fault) => return Ok(Authorized::Page(fault)),
    };
    let client = app.clients.find(app, request.client_id()).await?;
    let request = request_object::unfold(app, client.as_deref(), request).await?;
    let verified = match request.verify(client) {
        Ok(verified) => verified,
        Err(fault) => return Ok(Authorized::Page(fault)),
    };
    let now = app.clock.now();
    let keys = app.keys.ring();
    let context = Context { issuer: app.issuer(), keys: &keys, now };
    let request = match verified.check(&context) {
        Ok(request) => request,
        Err(refusal) => return Ok(Authorized::Answered(answer::refuse(app, &verified.answer_to(), refusal))),
    };
    let client = verified.client();
    let session = session::current(app, visitor).await?;
    let consent = consent::standing(app, client, &request, session.as_ref()).await?;
    let subject = session.as_ref().map(|current| app.keys.subject(client, current.citizen()));
    let known = session.as_ref().zip(subject.as_deref()).map(|(current, subject)| (&current.session, subject));
    match prompt::decide(&request, known, consent, now) {
        Decision::Refuse(refusal) => Ok(Authorized::Answered(answer::refuse(app, &AnswerTo::from(&request), refusal))),
        Decision::SignIn => begin(app, visitor, request, None).await,
        Decision::AskConsent => begin(app, visitor, request, session).await,
        Decision::Answer => match session {
            Some(current) => {
                let authentication = &current.session.authentication;
                Ok(Authorized::Answered(answer::answer(app, visitor, client, &request, authentication).await?))
            }
            None => begin(app, visitor, request, None).await,
        },
    }
}

/// Begins a sign-in; with a session whose person only has to be asked, past the password.
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
