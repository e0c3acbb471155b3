//! The dispatcher: from the state of a sign-in to what comes next, and at its end to the answer.

use crate::domain::grant::Authentication;
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State, Step};
use crate::protocol::authorize::AnswerTo;
use crate::protocol::authorize::prompt::ConsentStanding;
use crate::protocol::{OAuthError, acr};

use super::super::visitor::Visitor;
use super::super::{App, FlowError, answer, consent, pushed_request, sandbox, session, short_lived};
use super::step_up::{self, Asking};
use super::{Next, in_whose_name, names_someone_else, save};
use crate::sessions::Claim;

/// Leads a sign-in on as far as it goes without asking the person anything.
pub async fn advance(app: &App, visitor: &Visitor, sign_in: SignIn) -> Result<Next, FlowError> {
    match &sign_in.state {
        State::Offered | State::Requested | State::Identified { .. } => Ok(Next::Page(sign_in.next_step())),
        State::Authenticated(authentication) => {
            let authentication = authentication.clone();
            match need(app, &sign_in, &authentication).await? {
                Need::StepUp => Ok(Next::Page(Step::StepUp)),
                Need::Choice => Ok(Next::Page(Step::InWhoseName)),
                Need::Consent => Ok(Next::Page(Step::Consent)),
                Need::Certificate => Ok(Next::Page(Step::Certificate)),
                Need::Nothing => {
                    let sign_in = sign_in.consent().map_err(FlowError::failed)?;
                    match save(app, &sign_in).await? {
                        Ok(()) => complete(app, visitor, sign_in).await,
                        Err(OutOfOrder) => Ok(Next::Page(Step::Identify)),
                    }
                }
                Need::Refusal(why) => refuse(app, sign_in, why).await,
            }
        }
        State::Consented(_) => complete(app, visitor, sign_in).await,
    }
}

enum Need {
    Nothing,
    /// What was proven is not enough.
    StepUp,
    /// In whose name they act.
    Choice,
    Consent,
    /// A certificate that the account is to know.
    Certificate,
    /// Whoever signed in is not who was asked for.
    Refusal(OAuthError),
}

async fn need(app: &App, sign_in: &SignIn, authentication: &Authentication) -> Result<Need, FlowError> {
    if let Purpose::Client(request) = &sign_in.purpose
        && names_someone_else(app, request, authentication.citizen).await?
    {
        let told = "someone else has signed in than id_token_hint or the sub in claims named";
        return Ok(Need::Refusal(OAuthError::login_required(told)));
    }
    if let Purpose::Client(request) = &sign_in.purpose {
        let client = app.clients.load(app, &request.client_id).await?;
        if !client.serves(authentication.citizen) {
            return Ok(Need::Refusal(OAuthError::access_denied(client.stage.refusal())));
        }
    }
    if step_up::missing(app, sign_in).await?.is_some() {
        return Ok(Need::StepUp);
    }
    let request = match &sign_in.purpose {
        Purpose::Client(request) => request,
        Purpose::Account { .. } => return Ok(Need::Nothing),
        Purpose::NewCertificate { .. } => return Ok(Need::Certificate),
    };
    if in_whose_name::is_due(app, sign_in, request, authentication).await? {
        return Ok(Need::Choice);
    }
    if request.prompt.consent {
        return Ok(Need::Consent);
    }
    let client = app.clients.load(app, &request.client_id).await?;
    Ok(match consent::given(app, &client, request, authentication.citizen).await? {
        ConsentStanding::Given => Need::Nothing,
        ConsentStanding::Missing => Need::Consent,
    })
}

/// Answers, once: whoever takes the record has the answer.
async fn complete(app: &App, visitor: &Visitor, sign_in: SignIn) -> Result<Next, FlowError> {
    let Some(sign_in) = app.sessions.take(&short_lived::sign_in(sign_in.id)).await? else {
        return Ok(Next::Page(Step::Identify));
    };
    let (id, demanded) = (sign_in.id, sign_in.demanded);
    let (purpose, authentication, acting) = sign_in.answer().map_err(FlowError::failed)?;
    // A lock or a sign-out since the password was checked has taken the session away.
    let Some(authentication) = session::proven_in(app, visitor, &authentication).await? else {
        let why = OAuthError::login_required("the session ended before the sign-in was answered");
        return refusal(app, &purpose, why).await;
    };
    // What was proven may count for less since the person consented.
    if step_up::of(app, Asking::from(&purpose), demanded, &authentication).await?.is_some() {
        return refusal(app, &purpose, acr::unmet("the sign-in became weaker before it was answered")).await;
    }
    match purpose {
        Purpose::Account { return_to, .. } => Ok(Next::Account(return_to)),
        Purpose::NewCertificate { .. } => Ok(Next::Account(SECURITY.to_owned())),
        Purpose::Client(request) => {
            if pushed_request::spend(app, &request).await? == Claim::Taken {
                return Ok(ANSWERED_ELSEWHERE);
            }
            let client = app.clients.load(app, &request.client_id).await?;
            if !client.is_active() {
                return Err(OAuthError::unauthorized_client("this client has been disabled").into());
            }
            // It was moved to another stage while the person consented.
            if !client.serves(authentication.citizen) {
                let why = OAuthError::access_denied(client.stage.refusal());
                return Ok(Next::Client(answer::refuse(app, &client, AnswerTo::from(&*request), why).await?));
            }
            let fault = sandbox::of_sign_in(app, &client, id).await?;
            let by = (&authentication, acting);
            Ok(Next::Client(answer::answer(app, visitor, &client, &request, by, fault).await?))
        }
    }
}

/// Ends a sign-in without an answer.
pub(super) async fn refuse(app: &App, sign_in: SignIn, why: OAuthError) -> Result<Next, FlowError> {
    app.sessions.delete(&short_lived::sign_in(sign_in.id)).await?;
    refusal(app, &sign_in.purpose, why).await
}

/// What the one who waits is told where a sign-in ends without an answer.
pub(super) async fn refusal(app: &App, purpose: &Purpose, why: OAuthError) -> Result<Next, FlowError> {
    match purpose {
        Purpose::Client(request) => Ok(match pushed_request::spend(app, request).await? {
            Claim::Won => {
                let client = app.clients.load(app, &request.client_id).await?;
                Next::Client(answer::refuse(app, &client, AnswerTo::from(&**request), why).await?)
            }
            Claim::Taken => ANSWERED_ELSEWHERE,
        }),
        Purpose::Account { .. } => Ok(Next::Account("/account".to_owned())),
        Purpose::NewCertificate { .. } => Ok(Next::Account(SECURITY.to_owned())),
    }
}

/// Where certificates are added from.
const SECURITY: &str = "/account/security";

/// The same pushed request began another sign-in, which was answered first: this one is over, and its page says so.
const ANSWERED_ELSEWHERE: Next = Next::Page(Step::Identify);

/// The person has nothing that is strong enough, and goes back: whoever waits is told.
pub async fn give_up(app: &App, visitor: &Visitor, sign_in: SignIn) -> Result<Next, FlowError> {
    match step_up::missing(app, &sign_in).await? {
        Some(missing) if missing.requirement.is_none() => {
            refuse(app, sign_in, acr::unmet("the person has nothing that proves as much as is asked for")).await
        }
        _ => advance(app, visitor, sign_in).await,
    }
}
