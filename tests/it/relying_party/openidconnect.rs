//! The `openidconnect` crate as its users write it, against the client `sandbox`. (It revokes over https alone.)

use std::future::Future;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl,
    RequestTokenError, Scope, TokenResponse,
};
use senid::demo::people::{SANDBOX_CLIENT, SANDBOX_REDIRECT_URI, SANDBOX_SCOPE, SANDBOX_SECRET};
use senid::domain::time::{Clock, Timestamp};

use crate::support::World;
use crate::support::world::{AN, Browser, Page, on_every_backend, web};

const SIGNED_OUT_URI: &str = "http://localhost:9000/";

on_every_backend! {
    async fn code_with_pkce_userinfo_refresh_and_logout(world: World) {
        let sandbox = Sandbox::discover(&world).await;
        let mut browser = world.browser();
        let (tokens, nonce) = sandbox.sign_in(&mut browser).await;
        let claims = sandbox.verify(&world, &tokens, |found| match found {
            Some(found) if found.secret() == nonce.secret() => Ok(()),
            _ => Err("another nonce".to_owned()),
        });
        assert_eq!(claims.audiences().len(), 1);
        assert!(claims.access_token_hash().is_some() && claims.auth_time().is_some());
        let about = sandbox.user_info(&tokens, &claims).await;
        assert_eq!(about.name().and_then(|name| name.get(None)).map(|name| name.as_str()), Some(AN.name));

        world.wait(Duration::from_secs(3600));
        let refreshed = sandbox.refresh(&tokens).await;
        // A refreshed ID token has no nonce (Core §12.2).
        let again = sandbox.verify(&world, &refreshed, |nonce| match nonce {
            None => Ok(()),
            Some(_) => Err("a nonce".to_owned()),
        });
        assert_eq!((again.subject(), again.auth_time()), (claims.subject(), claims.auth_time()));
        assert!(again.issue_time() > claims.issue_time());
        sandbox.user_info(&refreshed, &again).await;

        let page = browser.open(&sandbox.logout_url(&world, &refreshed).await).await;
        assert_eq!(page.url.as_str(), format!("{SIGNED_OUT_URI}?state=left"));
        let (url, _, _) = sandbox.authorization_url();
        assert!(browser.open(&url).await.has("#username"), "somebody is still signed in");
    }

    async fn a_code_is_refused_without_its_verifier(world: World) {
        let sandbox = Sandbox::discover(&world).await;
        let (url, _, _) = sandbox.authorization_url();
        let page = sandbox.goes_through(&mut world.browser(), &url).await;
        let (_, other) = PkceCodeChallenge::new_random_sha256();
        assert_eq!(error_of(sandbox.redeem(&page, other).await), "invalid_grant");
    }
}

#[tokio::test]
async fn an_issuer_with_a_path_is_discovered_and_verified() {
    let world = World::embedded_below("/sso").await;
    let sandbox = Sandbox::discover(&world).await;
    let (tokens, _) = sandbox.sign_in(&mut world.browser()).await;
    let claims = sandbox.verify(&world, &tokens, |_| Ok(()));
    assert_eq!(claims.issuer().as_str(), world.issuer);
}

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

type Refusable<E> =
    RequestTokenError<E, openidconnect::StandardErrorResponse<openidconnect::core::CoreErrorResponseType>>;

struct Sandbox {
    client: Client,
    issuer: IssuerUrl,
}

impl Sandbox {
    async fn discover(world: &World) -> Self {
        let issuer = IssuerUrl::new(world.issuer.clone()).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer.clone(), &Http).await.unwrap();
        let secret = ClientSecret::new(SANDBOX_SECRET.to_owned());
        let client =
            CoreClient::from_provider_metadata(metadata, ClientId::new(SANDBOX_CLIENT.to_owned()), Some(secret))
                .set_redirect_uri(RedirectUrl::new(SANDBOX_REDIRECT_URI.to_owned()).unwrap());
        Self { client, issuer }
    }

    fn authorization_url(&self) -> (String, PkceCodeVerifier, Nonce) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let scopes = SANDBOX_SCOPE.split(' ').filter(|scope| *scope != "openid");
        let (url, _, nonce) = self
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        (url.to_string(), verifier, nonce)
    }

    async fn goes_through(&self, browser: &mut Browser, url: &str) -> Page {
        let page = browser.open(url).await;
        AN.goes_through(browser, page).await
    }

    async fn redeem(
        &self,
        page: &Page,
        verifier: PkceCodeVerifier,
    ) -> Result<CoreTokenResponse, Refusable<reqwest::Error>> {
        let code = AuthorizationCode::new(page.code());
        self.client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&Http).await
    }

    async fn sign_in(&self, browser: &mut Browser) -> (CoreTokenResponse, Nonce) {
        let (url, verifier, nonce) = self.authorization_url();
        let page = self.goes_through(browser, &url).await;
        (self.redeem(&page, verifier).await.unwrap(), nonce)
    }

    /// Everything that the crate checks of an ID token, by the world's clock.
    fn verify(
        &self,
        world: &World,
        tokens: &CoreTokenResponse,
        nonce: impl FnOnce(Option<&Nonce>) -> Result<(), String>,
    ) -> CoreIdTokenClaims {
        let now = SystemTime::UNIX_EPOCH + Timestamp::EPOCH.until(world.clock.now());
        let verifier = self.client.id_token_verifier().set_time_fn(move || now.into());
        let id_token = tokens.id_token().expect("an ID token");
        let claims = id_token.claims(&verifier, nonce).unwrap();
        let (algorithm, key) = (id_token.signing_alg().unwrap(), id_token.signing_key(&verifier).unwrap());
        let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).unwrap();
        assert_eq!(claims.access_token_hash(), Some(&hash));
        claims.clone()
    }

    /// The crate refuses an answer about anybody else.
    async fn user_info(&self, tokens: &CoreTokenResponse, claims: &CoreIdTokenClaims) -> CoreUserInfoClaims {
        let subject = Some(claims.subject().clone());
        self.client.user_info(tokens.access_token().clone(), subject).unwrap().request_async(&Http).await.unwrap()
    }

    async fn refresh(&self, tokens: &CoreTokenResponse) -> CoreTokenResponse {
        let token = tokens.refresh_token().expect("a refresh token");
        self.client.exchange_refresh_token(token).unwrap().request_async(&Http).await.unwrap()
    }

    async fn logout_url(&self, world: &World, tokens: &CoreTokenResponse) -> String {
        let metadata = ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &Http).await.unwrap();
        let endpoint = metadata.additional_metadata().end_session_endpoint.clone().expect("an end session endpoint");
        assert_eq!(endpoint.as_str(), world.at("/logout"));
        LogoutRequest::from(endpoint)
            .set_id_token_hint(tokens.id_token().expect("an ID token"))
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(SIGNED_OUT_URI.to_owned()).unwrap())
            .set_state(CsrfToken::new("left".to_owned()))
            .http_get_url()
            .to_string()
    }
}

fn error_of(answer: Result<CoreTokenResponse, Refusable<reqwest::Error>>) -> String {
    match answer {
        Err(RequestTokenError::ServerResponse(error)) => error.error().to_string(),
        answer => panic!("no refusal: {answer:?}"),
    }
}

/// The tests' HTTP client, as the crate asks for one.
struct Http;

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = web::client(Ipv4Addr::LOCALHOST.into()).execute(request.try_into()?).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = HttpResponse::new(answer.bytes().await?.to_vec());
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}
