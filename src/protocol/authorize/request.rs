//! From parameters to a request whose client and redirect URI are proven.

use std::sync::Arc;

use crate::domain::authorization::{AuthorizationRequest, ResponseType};
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::protocol::parameters::Parameters;
use crate::protocol::policy::SignedObject;
use crate::protocol::{OAuthError, redirect};

use super::answer::AnswerTo;
use super::checks::{CHECKS, Context, Draft};
use super::mode;

/// An authorization request of which nothing is proven yet.
#[derive(Debug)]
pub struct Request {
    client_id: ClientId,
    parameters: Parameters,
    object: Object,
}

/// Which way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Through a browser: anyone may have written it.
    Browser,
    /// From the client itself, which has proven who it is (RFC 9126).
    Pushed,
    /// From the client itself, to an endpoint that no browser comes to (RFC 8628 §3.1).
    Direct,
}

/// What became of a request's object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// There is none, or it has not been looked at.
    Absent,
    /// Its parameters are those of the request.
    Read(SignedObject),
    /// Told to the client once it is proven whom to tell.
    Refused(OAuthError),
}

/// A request that cannot be answered by a redirect: the person is shown a page instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    #[error("client_id is missing")]
    ClientIdMissing,
    #[error("client_id is given more than once or is malformed")]
    ClientIdMalformed,
    #[error("no client is registered under this client_id")]
    ClientUnknown,
    #[error("this client has been disabled")]
    ClientDisabled,
    #[error("redirect_uri is missing")]
    RedirectUriMissing,
    #[error("redirect_uri is given more than once")]
    RedirectUriRepeated,
    #[error("redirect_uri is not one of those registered for this client; it is compared character by character")]
    RedirectUriUnregistered,
    /// And there is no redirect URI beside it to tell the client at.
    #[error("{0}")]
    RequestObject(OAuthError),
    #[error("invalid_request_uri: request_uri has expired, was used before, or was not given to this client")]
    RequestUriUnknown,
    #[error("the request cannot be decoded")]
    Undecodable,
}

impl Request {
    /// Reads what is needed to know whom to answer; the rest is read once that is proven.
    ///
    /// # Errors
    /// [`PageError`] where the client is not named exactly once.
    pub fn parse(parameters: Parameters) -> Result<Self, PageError> {
        let client_id = parameters.single("client_id").map_err(|_| PageError::ClientIdMalformed)?;
        let client_id =
            client_id.ok_or(PageError::ClientIdMissing)?.parse().map_err(|_| PageError::ClientIdMalformed)?;
        Ok(Self { client_id, parameters, object: Object::Absent })
    }

    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The request with the parameters that its object makes of it.
    #[must_use]
    pub fn with_object(self, parameters: Parameters, object: SignedObject) -> Self {
        Self { parameters, object: Object::Read(object), ..self }
    }

    /// The request whose object is refused: the parameters beside it say whom to tell, and nothing more.
    #[must_use]
    pub fn without_object(self, refusal: OAuthError) -> Self {
        Self { object: Object::Refused(refusal), ..self }
    }

    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Whether all of it stands in these parameters, each once, and it is answered as usual: nothing in an object, nothing pushed, no
    /// other response mode.
    pub fn is_plain(&self) -> bool {
        let other =
            ["request", "request_uri", "response_mode"].into_iter().any(|name| self.parameters.is_present(name));
        !other && self.parameters.repeated().is_none()
    }

    /// Proves the client and its redirect URI.
    ///
    /// # Errors
    /// [`PageError`] where the client is unknown or disabled, or the redirect URI is not named exactly once or not one of
    /// its own.
    pub fn verify(self, client: Option<Arc<Client>>) -> Result<VerifiedRequest, PageError> {
        let client = client.filter(|client| client.id == self.client_id).ok_or(PageError::ClientUnknown)?;
        let redirect_uri = self.parameters.single("redirect_uri").map_err(|_| PageError::RedirectUriRepeated)?;
        let redirect_uri = match (redirect_uri, self.object.clone()) {
            (Some(uri), _) => uri.to_owned(),
            (None, Object::Refused(refusal)) => return Err(PageError::RequestObject(refusal)),
            (None, _) => return Err(PageError::RedirectUriMissing),
        };
        if !redirect::is_registered(&client, &redirect_uri) {
            return Err(PageError::RedirectUriUnregistered);
        }
        if !client.is_active() {
            return Err(PageError::ClientDisabled);
        }
        Ok(VerifiedRequest { client, redirect_uri, parameters: self.parameters, object: self.object })
    }
}

/// A request whose client and redirect URI are proven: from here on, errors may be redirected.
#[derive(Debug)]
pub struct VerifiedRequest {
    client: Arc<Client>,
    redirect_uri: String,
    parameters: Parameters,
    object: Object,
}

impl VerifiedRequest {
    pub const fn client(&self) -> &Arc<Client> {
        &self.client
    }

    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// What the client has signed it with, where it did.
    pub const fn signed(&self) -> Option<SignedObject> {
        match self.object {
            Object::Read(object) => Some(object),
            Object::Absent | Object::Refused(_) => None,
        }
    }

    /// Where an answer to this request goes. The state is given back even where the rest of the request is refused.
    pub fn answer_to(&self) -> AnswerTo {
        AnswerTo {
            redirect_uri: self.redirect_uri.clone(),
            client: self.client.id.clone(),
            response_mode: mode::trusted(&self.parameters, &self.client, &self.redirect_uri),
            state: mode::state(&self.parameters).map(str::to_owned),
        }
    }

    /// Runs every rule of the table in its order.
    ///
    /// # Errors
    /// The refusal of the first rule that does not hold, for [`VerifiedRequest::answer_to`].
    pub fn check(&self, context: &Context<'_>) -> Result<AuthorizationRequest, OAuthError> {
        let mut request = unjudged(&self.client, self.redirect_uri.clone());
        let draft = Draft { client: &self.client, parameters: &self.parameters, object: &self.object };
        for (_, check) in CHECKS {
            check(&draft, context, &mut request)?;
        }
        Ok(request)
    }
}

/// A request of `client` that no rule has looked at.
pub(super) fn unjudged(client: &Client, redirect_uri: String) -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: client.id.clone(),
        redirect_uri,
        // Until their rules have been run.
        response_type: ResponseType::None,
        response_mode: ResponseType::None.default_mode(),
        scope: Default::default(),
        state: None,
        nonce: None,
        code_challenge: None,
        prompt: Default::default(),
        max_age: None,
        login_hint: None,
        hinted_subject: None,
        ui_locales: Vec::new(),
        acr_values: Vec::new(),
        claims: Default::default(),
        resources: Vec::new(),
        authorization_details: Default::default(),
        dpop_jkt: None,
        organisation_hint: None,
        pushed: None,
    }
}
