//! The provider as the portal knows it: OpenID Connect Discovery 1.0 and the code flow of Core §3.1, by the
//! `openidconnect` crate, with PKCE (RFC 7636), the `iss` answer parameter (RFC 9207), RP-Initiated and Back-Channel Logout.

mod documents;
mod fetch;
mod id_token;
mod logout_token;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJsonWebKeySet, CoreTokenResponse,
};
use openidconnect::{
    AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndSessionUrl, IssuerUrl,
    LanguageTag, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, TokenResponse,
};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::domain::time::{Clock, Timestamp};
use crate::web::text::Language;

use super::sessions::{Asking, Begun};
use super::{InvalidPortal, PortalSettings};
pub(super) use documents::UserInfo;
use documents::{Metadata, RelyingParty};
use fetch::Fetch;
use id_token::{IdTokenFault, OfSession};
pub(super) use logout_token::SignedOut;
use logout_token::{Expected, LogoutTokenFault};

/// How long what discovery said is taken as true. A key that is not known is asked for at once.
/// What the portal asks for where a password alone is not enough.
const TWO_FACTORS: &str = "urn:senid:aal:2";
const METADATA_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How often strangers can make the portal ask the provider for its keys: whoever likes sends it logout tokens.
const KEYS_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// Everything the portal holds about its provider.
pub(super) struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_uri: RedirectUrl,
    post_logout_redirect_uri: PostLogoutRedirectUrl,
    fetch: Fetch,
    /// A failure is not kept: whoever comes next asks again.
    discovered: Mutex<Option<Arc<Discovered>>>,
    clock: Arc<dyn Clock>,
}

struct Discovered {
    client: RelyingParty,
    keys: CoreJsonWebKeySet,
    end_session_endpoint: Option<EndSessionUrl>,
    /// The provider promises `iss` in its answers, so one without it is not the provider's.
    answers_with_issuer: bool,
    at: Timestamp,
}

/// What a sign-in brought, all of it verified.
#[derive(Debug)]
pub(super) struct SignedIn {
    pub(super) user_info: UserInfo,
    /// The session at the provider, by the name that it gave this portal.
    pub(super) sid: Option<String>,
    /// How strong the sign-in was.
    pub(super) authentication_level: u8,
    id_token: CoreIdToken,
}

/// What the browser brought back from the provider (RFC 6749 §4.1.2, RFC 9207 §2).
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Why nobody was signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignInFault {
    /// The citizen said no, or gave up.
    #[error("access_denied")]
    Denied,
    /// A silent sign-in would have needed the citizen.
    #[error("a page is needed")]
    NotSilent,
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Unverifiable(String),
}

/// Why nobody was signed out.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignOutFault {
    #[error(transparent)]
    Token(LogoutTokenFault),
    /// Its keys are not to be had just now: it may say so again.
    #[error("{0}")]
    Away(SignInFault),
}

impl Provider {
    pub(super) fn new(settings: &PortalSettings, clock: Arc<dyn Clock>) -> Result<Self, InvalidPortal> {
        Ok(Self {
            issuer: IssuerUrl::new(settings.issuer.to_string())?,
            client_id: ClientId::new(settings.client_id.clone()),
            client_secret: ClientSecret::new(settings.client_secret.expose().to_owned()),
            redirect_uri: RedirectUrl::new(settings.redirect_uri())?,
            post_logout_redirect_uri: PostLogoutRedirectUrl::new(settings.post_logout_redirect_uri())?,
            fetch: Fetch::new(&settings.issuer)?,
            discovered: Mutex::new(None),
            clock,
        })
    }

    /// The address that a browser is sent to in order to sign in.
    ///
    /// # Errors
    /// [`SignInFault::Unverifiable`] where the provider cannot be discovered.
    pub(super) async fn authorization_url(
        &self,
        begun: &Begun,
        state: String,
        language: Language,
    ) -> Result<Url, SignInFault> {
        let discovered = self.discovered().await?;
        let nonce = Nonce::new(begun.nonce.expose().to_owned());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier(begun));
        let mut request = discovered
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || CsrfToken::new(state), || nonce)
            .add_scopes(PortalSettings::SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .add_ui_locale(LanguageTag::new(language.tag().to_owned()));
        request = match begun.asking {
            Asking::Openly => request,
            Asking::Silently => request.add_prompt(CoreAuthPrompt::None),
            Asking::Stronger => request.add_auth_context_value(AuthenticationContextClass::new(TWO_FACTORS.to_owned())),
        };
        Ok(request.url().0)
    }

    /// Takes the answer to the sign-in that was `begun`: who it is, once everything about it holds.
    ///
    /// # Errors
    /// [`SignInFault`], with what was wrong.
    pub(super) async fn finish(&self, begun: &Begun, answer: Answer) -> Result<SignedIn, SignInFault> {
        let discovered = self.discovered().await?;
        self.require_own_answer(&discovered, answer.iss.as_deref())?;
        if let Some(error) = answer.error {
            return Err(refusal(begun.asking, &error, answer.error_description.as_deref()));
        }
        let code = answer.code.ok_or_else(|| unverifiable("the answer holds neither a code nor an error"))?;

        let tokens = self.exchange(&discovered, begun, code).await?;
        let id_token = tokens.id_token().ok_or_else(|| unverifiable("the token endpoint gave no ID token"))?;
        let nonce = Nonce::new(begun.nonce.expose().to_owned());
        let verify = |client| id_token::verify(client, &tokens, id_token, &nonce, self.clock.now());
        let (discovered, verified) = match verify(&discovered.client) {
            // A new signing key: the provider published it after the portal looked.
            Err(IdTokenFault::UnknownKey) => {
                let fresh = self.discover().await?;
                let verified = verify(&fresh.client);
                (fresh, verified)
            }
            verified => (discovered, verified),
        };
        let claims = verified.map_err(|fault| unverifiable(told(&fault)))?;

        // Demands that userinfo speaks of the same `sub` (Core §5.3.2).
        let user_info = discovered
            .client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(|fault| unverifiable(told(&fault)))?
            .request_async(&self.fetch)
            .await
            .map_err(|fault| unverifiable(format!("userinfo: {}", told(&fault))))?;
        let OfSession { sid, authentication_level } = id_token::of_session(id_token);
        let authentication_level = authentication_level.unwrap_or(0);
        Ok(SignedIn { user_info, sid, authentication_level, id_token: id_token.clone() })
    }

    /// Where to send somebody who signs out, so that they are signed out at the provider too; `None` where it has
    /// no such endpoint or does not answer.
    pub(super) async fn sign_out_url(&self, signed_in: &SignedIn, language: Language) -> Option<Url> {
        let endpoint = self.discovered().await.ok()?.end_session_endpoint.clone()?;
        let request = LogoutRequest::from(endpoint)
            .set_id_token_hint(&signed_in.id_token)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.post_logout_redirect_uri.clone())
            .add_ui_locale(LanguageTag::new(language.tag().to_owned()));
        Some(request.http_get_url())
    }

    /// Whom the provider has signed out, as its logout token says (Back-Channel Logout §2.6).
    ///
    /// # Errors
    /// [`SignOutFault`], with what is wrong with the token, or that the provider's keys are not to be had.
    pub(super) async fn signed_out(&self, logout_token: &str) -> Result<SignedOut, SignOutFault> {
        let discovered = self.discovered().await.map_err(SignOutFault::Away)?;
        let expected =
            Expected { issuer: self.issuer.as_str(), client: self.client_id.as_str(), now: self.clock.now() };
        let verified = match logout_token::verify(logout_token, &discovered.keys, expected) {
            Err(LogoutTokenFault::UnknownKey) if discovered.at + KEYS_AGAIN_AFTER <= self.clock.now() => {
                let fresh = self.discover().await.map_err(SignOutFault::Away)?;
                logout_token::verify(logout_token, &fresh.keys, expected)
            }
            verified => verified,
        };
        verified.map_err(SignOutFault::Token)
    }

    async fn discovered(&self) -> Result<Arc<Discovered>, SignInFault> {
        let known = self.discovered.lock().await.clone();
        match known {
            Some(discovered) if self.clock.now() < discovered.at + METADATA_LIFETIME => Ok(discovered),
            _ => self.discover().await,
        }
    }

    async fn discover(&self) -> Result<Arc<Discovered>, SignInFault> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.fetch)
            .await
            .map_err(|fault| unverifiable(format!("discovery at {}: {}", self.issuer.as_str(), told(&fault))))?;
        let more = metadata.additional_metadata().clone();
        let keys = metadata.jwks().clone();
        let client =
            CoreClient::from_provider_metadata(metadata, self.client_id.clone(), Some(self.client_secret.clone()))
                .set_redirect_uri(self.redirect_uri.clone());
        let discovered = Arc::new(Discovered {
            client,
            keys,
            end_session_endpoint: more.end_session_endpoint,
            answers_with_issuer: more.authorization_response_iss_parameter_supported,
            at: self.clock.now(),
        });
        *self.discovered.lock().await = Some(Arc::clone(&discovered));
        Ok(discovered)
    }

    /// RFC 9207 §2.4: an answer of another provider is not taken for this one's.
    fn require_own_answer(&self, discovered: &Discovered, iss: Option<&str>) -> Result<(), SignInFault> {
        match iss {
            Some(iss) if iss == self.issuer.as_str() => Ok(()),
            Some(_) => Err(unverifiable("the answer names another issuer")),
            None if discovered.answers_with_issuer => Err(unverifiable("the answer names no issuer")),
            None => Ok(()),
        }
    }

    async fn exchange(
        &self,
        discovered: &Discovered,
        begun: &Begun,
        code: String,
    ) -> Result<CoreTokenResponse, SignInFault> {
        let request = discovered
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|fault| unverifiable(told(&fault)))?
            .set_pkce_verifier(verifier(begun));
        request.request_async(&self.fetch).await.map_err(|fault| match fault {
            RequestTokenError::ServerResponse(error) => SignInFault::Refused(in_words(&error)),
            fault => unverifiable(format!("the token endpoint: {}", told(&fault))),
        })
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

fn verifier(begun: &Begun) -> PkceCodeVerifier {
    PkceCodeVerifier::new(begun.code_verifier.expose().to_owned())
}

/// What an error of the authorization endpoint means to the portal (RFC 6749 §4.1.2.1, Core §3.1.2.6).
fn refusal(asking: Asking, error: &str, description: Option<&str>) -> SignInFault {
    let needs_a_page = matches!(error, "login_required" | "consent_required" | "interaction_required");
    match error {
        "access_denied" => SignInFault::Denied,
        _ if needs_a_page && asking == Asking::Silently => SignInFault::NotSilent,
        _ => SignInFault::Refused(match description {
            Some(description) => format!("{error}: {description}"),
            None => error.to_owned(),
        }),
    }
}

fn in_words<T>(error: &StandardErrorResponse<T>) -> String
where
    T: openidconnect::ErrorResponseType + std::fmt::Display,
{
    match error.error_description() {
        Some(description) => format!("{}: {description}", error.error()),
        None => error.error().to_string(),
    }
}

fn unverifiable(what: impl Into<String>) -> SignInFault {
    SignInFault::Unverifiable(what.into())
}

/// An error with everything that caused it.
fn told(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause: &&dyn Error| (*cause).source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}
