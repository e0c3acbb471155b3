//! Pushed authorization requests: RFC 9126. The client itself hands over its request, and the browser brings nothing but a
//! reference to what was already judged.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::crypto::base64url;
use crate::crypto::hash::hash_secret;
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::Client;
use crate::domain::policies::Policies;
use crate::domain::random::Random;
use crate::domain::secret::{SecretHash, SecretString};
use crate::protocol::parameters::Parameters;
use crate::protocol::policy::{Moment, Policy, SignedObject};
use crate::protocol::{OAuthError, redirect};

use super::checks::response_type;
use super::{Channel, PageError};

/// RFC 9126 §2.2. A client's own `request_uri` is https, so one is never taken for the other.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// What proves the client beside its request (RFC 6749 §2.3.1, RFC 7521 §4.2): nothing of it is asked for.
const OF_THE_CLIENT: &[&str] = &["client_secret", "client_assertion", "client_assertion_type"];

/// A reference to a pushed request. Only its [`hash`](Self::hash) is ever stored.
#[derive(Clone)]
pub struct RequestUri(SecretString);

impl RequestUri {
    /// A new one, with 256 random bits.
    pub fn new(random: &dyn Random) -> Self {
        Self(SecretString::new(format!("{PREFIX}{}", base64url::encode(&random.bytes::<32>()))))
    }

    /// The reference that a browser brings, if the request is a pushed one.
    pub fn brought(parameters: &Parameters) -> Option<Self> {
        let uri = parameters.single("request_uri").ok()??;
        uri.starts_with(PREFIX).then(|| Self(SecretString::new(uri)))
    }

    pub fn hash(&self) -> SecretHash {
        hash_secret(self.0.expose().as_bytes())
    }

    pub fn text(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for RequestUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestUri([secret])")
    }
}

/// A request as it was pushed: what it asks for, and what the client has signed it with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushedRequest {
    pub request: AuthorizationRequest,
    pub object: Option<SignedObject>,
}

/// What the client is told: RFC 9126 §2.2.
#[derive(Debug, Serialize)]
pub struct PushedResponse {
    pub request_uri: String,
    /// Seconds.
    pub expires_in: u64,
}

impl PushedResponse {
    pub fn new(uri: &RequestUri, lifetime: Duration) -> Self {
        Self { request_uri: uri.text().to_owned(), expires_in: lifetime.as_secs() }
    }
}

/// The authorization request in a form that `client`, which has proven itself, pushes. Whoever proved itself has said
/// who it is, so that a form with nothing but a request object names its client as well (RFC 9126 §3).
///
/// # Errors
/// `invalid_request` where it refers to a request instead (§2.1).
pub fn request(form: &Parameters, client: &Client) -> Result<Parameters, OAuthError> {
    if form.is_present("request_uri") {
        return Err(OAuthError::invalid_request("request_uri is not a parameter of a pushed request"));
    }
    if form.single("client_id")?.is_some_and(|named| named != client.id.as_str()) {
        return Err(OAuthError::invalid_request("client_id is not the client that has proven itself"));
    }
    Ok(form.overlaid(vec![("client_id".to_owned(), client.id.to_string())], OF_THE_CLIENT))
}

/// A request that was pushed before, for the browser that brings its reference and names `client`.
///
/// # Errors
/// [`PageError`]. What the request says is not looked at before it is known to be this client's: nobody is told there.
pub fn recall(pushed: Option<PushedRequest>, client: Option<&Client>) -> Result<PushedRequest, PageError> {
    let client = client.ok_or(PageError::ClientUnknown)?;
    let pushed = pushed.filter(|pushed| pushed.request.client_id == client.id).ok_or(PageError::RequestUriUnknown)?;
    if !redirect::is_registered(client, &pushed.request.redirect_uri) {
        return Err(PageError::RedirectUriUnregistered);
    }
    match client.is_active() {
        true => Ok(pushed),
        false => Err(PageError::ClientDisabled),
    }
}

/// Holds a request that was recalled against what its client is registered for and must keep to by now: since it was pushed,
/// somebody may have taken a scope away or put the client under another policy.
///
/// # Errors
/// What the authorization endpoint would refuse it with.
pub fn hold_again(pushed: &PushedRequest, client: &Client, policies: &Policies) -> Result<(), OAuthError> {
    let PushedRequest { request, object } = pushed;
    response_type::hold(client, request.response_type)?;
    if let Some(scope) = request.scope.difference(&client.scopes).iter().next() {
        return Err(OAuthError::invalid_scope(format!("the scope {scope} is not registered for this client")));
    }
    let moment = Moment::AuthorizationRequest { request, channel: Channel::Pushed, object: object.as_ref() };
    Policy::of(policies, client).hold(&moment)
}

impl From<PageError> for OAuthError {
    /// What a browser would be shown on a page, a program is told.
    fn from(fault: PageError) -> Self {
        match fault {
            PageError::RequestObject(refusal) => refusal,
            other => Self::invalid_request(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::ClientAuthentication;
    use crate::domain::time::Timestamp;
    use crate::protocol::authorize::prompt::tests::request;

    fn example() -> PushedRequest {
        PushedRequest { request: request(), object: None }
    }

    fn client(id: &str) -> Client {
        let mut client = Client::new(id.parse().unwrap(), ClientAuthentication::None, Timestamp::EPOCH);
        client.redirect_uris = vec!["https://portal.example/cb".to_owned()];
        client
    }

    fn form(text: &str) -> Parameters {
        Parameters::decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_reference_is_ours_by_its_prefix_alone() {
        for (text, ours) in [
            ("request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Ax", true),
            ("request_uri=https%3A%2F%2Fportal.example%2Fr", false),
            ("request_uri=URN%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Ax", false),
            ("request_uri=", false),
            ("request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Ax&request_uri=y", false),
            ("request=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Ax", false),
        ] {
            assert_eq!(RequestUri::brought(&form(text)).is_some(), ours, "{text}");
        }
    }

    #[test]
    fn what_proves_the_client_is_no_parameter_of_its_request() {
        let pushed = super::request(
            &form("scope=openid&client_secret=x&client_assertion=y&client_assertion_type=z&resource=a&resource=b"),
            &client("portal"),
        );
        assert_eq!(pushed.unwrap().encode(), "scope=openid&resource=a&resource=b&client_id=portal");
        for (text, sentence) in [
            ("request_uri=x", "request_uri is not a parameter of a pushed request"),
            ("client_id=another", "client_id is not the client that has proven itself"),
            ("client_id=portal&client_id=portal", "client_id is given more than once"),
        ] {
            assert_eq!(super::request(&form(text), &client("portal")).unwrap_err().description, sentence, "{text}");
        }
    }

    #[test]
    fn a_pushed_request_is_recalled_for_its_client_as_it_is_now() {
        let own = client("portal");
        assert_eq!(recall(Some(example()), Some(&own)), Ok(example()));
        assert_eq!(recall(None, Some(&own)), Err(PageError::RequestUriUnknown));
        assert_eq!(recall(Some(example()), Some(&client("another"))), Err(PageError::RequestUriUnknown));
        assert_eq!(recall(Some(example()), None), Err(PageError::ClientUnknown));
        let moved = Client { redirect_uris: Vec::new(), ..own.clone() };
        assert_eq!(recall(Some(example()), Some(&moved)), Err(PageError::RedirectUriUnregistered));
        let disabled = Client { status: crate::domain::client::ClientStatus::Disabled, ..own };
        assert_eq!(recall(Some(example()), Some(&disabled)), Err(PageError::ClientDisabled));
    }
}
