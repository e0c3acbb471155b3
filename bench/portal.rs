//! What a browser and a portal's own server send, written once: over the wire for the load, into the router for the
//! micro-benchmarks.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use senid::crypto::base64url;
use senid::crypto::hash::sha256;
use senid::demo::people;
use serde::Deserialize;
use tower::ServiceExt;
use url::Url;
use url::form_urlencoded::Serializer;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Long enough for RFC 7636 §4.1. A benchmark has nothing to keep secret.
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-standard-0123";
const SCOPE: &str = "openid profile offline_access";

/// Where requests go.
#[derive(Clone)]
pub enum Door {
    /// A server's address, over connections that are kept.
    Wire { client: reqwest::Client, base: String },
    /// The server's own router, in this process.
    Router(Router),
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

#[derive(Deserialize)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

impl Door {
    /// The server that listens on `port`.
    pub fn wire(port: u16) -> Result<Self, Failure> {
        // Once for the process; whoever was first has chosen the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self::Wire { client, base: format!("http://127.0.0.1:{port}") })
    }

    pub async fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.send(Method::GET, path, &[], String::new()).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(http::HeaderName, String)],
        body: String,
    ) -> Result<Answer, Failure> {
        let base = match self {
            Self::Wire { base, .. } => base.as_str(),
            Self::Router(_) => "",
        };
        let mut request = Request::builder().method(method).uri(format!("{base}{path}"));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        match self {
            Self::Wire { client, .. } => {
                let mut answer = client.execute(request.body(body)?.try_into()?).await?;
                let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
                Ok(Answer { status, headers, body: answer.bytes().await? })
            }
            Self::Router(router) => {
                let answer = router.clone().oneshot(request.body(Body::from(body))?).await?;
                let (parts, body) = answer.into_parts();
                Ok(Answer { status: parts.status, headers: parts.headers, body: to_bytes(body, usize::MAX).await? })
            }
        }
    }
}

/// The sandbox client of the demonstration, which anyone may be.
#[derive(Clone)]
pub struct Portal {
    door: Door,
}

impl Portal {
    pub fn new(door: Door) -> Self {
        Self { door }
    }

    /// The tokens that a code is good for.
    pub async fn exchange(&self, code: &str) -> Result<Tokens, Failure> {
        let redirect_uri = people::SANDBOX_REDIRECT_URI;
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, Failure> {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    pub async fn userinfo(&self, access_token: &str) -> Result<(), Failure> {
        let bearer = [(AUTHORIZATION, format!("Bearer {access_token}"))];
        self.door.send(Method::GET, "/userinfo", &bearer, String::new()).await?.expect(StatusCode::OK).map(drop)
    }

    /// Pushes the request that [`Browser::silent`] brings (RFC 9126).
    pub async fn push(&self) -> Result<(), Failure> {
        let form = request_parameters(&[("prompt", "none")]);
        self.call("/par", form).await?.expect(StatusCode::CREATED).map(drop)
    }

    async fn token(&self, form: &[(&str, &str)]) -> Result<Tokens, Failure> {
        let answer = self.call("/token", encode(form)).await?.expect(StatusCode::OK)?;
        Ok(serde_json::from_slice(&answer.body)?)
    }

    async fn call(&self, path: &str, form: String) -> Result<Answer, Failure> {
        let basic = format!("{}:{}", people::SANDBOX_CLIENT, people::SANDBOX_SECRET);
        let basic = [(AUTHORIZATION, format!("Basic {}", data_encoding(basic.as_bytes())))];
        self.door.send(Method::POST, path, &basic, form).await
    }
}

/// A person's browser, with its cookies.
pub struct Browser {
    door: Door,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(door: Door) -> Self {
        Self { door, cookies: BTreeMap::new() }
    }

    /// Signs in from the portal's link to the code, consenting where that is asked.
    pub async fn sign_in(&mut self, national_id: &str) -> Result<String, Failure> {
        let mut next = self.get(&authorization_request(&[])).await?.location()?;
        let mut page = self.get(&next).await?.expect(StatusCode::OK)?;
        let mut allowed;
        let mut fields = vec![("username", national_id), ("choice", "continue")];
        for _ in 0..STEPS {
            let csrf = page.csrf()?;
            fields.push(("csrf", &csrf));
            next = self.post(&next, &encode(&fields)).await?.location()?;
            if let Ok(code) = code_in(&next) {
                return Ok(code);
            }
            page = self.get(&next).await?.expect(StatusCode::OK)?;
            fields = match next.ends_with("/consent") {
                true => {
                    let shown = page.shown()?;
                    let each = |name: &str| vec![("shown", name.to_owned()), ("keep", name.to_owned())];
                    allowed = shown.iter().flat_map(|name| each(name)).collect::<Vec<_>>();
                    let allowed = allowed.iter().map(|(name, value)| (*name, value.as_str()));
                    allowed.chain([("choice", "allow")]).collect()
                }
                false => vec![("password", people::PASSWORD), ("choice", "login")],
            };
        }
        Err(format!("the sign-in goes on and on: {next}").into())
    }

    /// The code that a live session gets without a page.
    pub async fn silent(&mut self) -> Result<String, Failure> {
        code_in(&self.get(&authorization_request(&[("prompt", "none")])).await?.location()?)
    }

    pub async fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.send(Method::GET, path, Vec::new(), String::new()).await
    }

    pub async fn post(&mut self, path: &str, form: &str) -> Result<Answer, Failure> {
        self.send(Method::POST, path, Vec::new(), form.to_owned()).await
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        mut headers: Vec<(http::HeaderName, String)>,
        body: String,
    ) -> Result<Answer, Failure> {
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.push((COOKIE, pairs.join("; ")));
        }
        let answer = self.door.send(method, path, &headers, body).await?;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }
}

/// Identifier, password, consent.
const STEPS: usize = 3;

impl Answer {
    pub fn expect(self, status: StatusCode) -> Result<Self, Failure> {
        match self.status == status {
            true => Ok(self),
            false => {
                Err(format!("{} instead of {status}: {}", self.status, String::from_utf8_lossy(&self.body)).into())
            }
        }
    }

    pub fn location(self) -> Result<String, Failure> {
        let answer = self.expect(StatusCode::SEE_OTHER)?;
        Ok(answer.headers.get(LOCATION).ok_or("a redirect that leads nowhere")?.to_str()?.to_owned())
    }

    fn csrf(&self) -> Result<String, Failure> {
        let value = self.after("name=\"csrf\" value=\"")?.split_once('"');
        Ok(value.ok_or("a page without a form")?.0.to_owned())
    }

    /// The claims that a page asks for, all of them.
    fn shown(&self) -> Result<Vec<String>, Failure> {
        let page = std::str::from_utf8(&self.body)?;
        let named = page.split("name=\"shown\" value=\"").skip(1).filter_map(|rest| rest.split_once('"'));
        let later = page.split("name=\"later\" value=\"").skip(1).filter_map(|rest| rest.split_once('"'));
        Ok(named.chain(later).map(|(name, _)| name.to_owned()).collect())
    }

    /// What stands behind `mark` on the page.
    pub fn after(&self, mark: &str) -> Result<&str, Failure> {
        let found = std::str::from_utf8(&self.body)?.split_once(mark);
        Ok(found.ok_or_else(|| format!("a page without {mark}"))?.1)
    }
}

pub fn authorization_request(more: &[(&str, &str)]) -> String {
    format!("/authorize?{}", request_parameters(more))
}

fn request_parameters(more: &[(&str, &str)]) -> String {
    let challenge = base64url::encode(&sha256(VERIFIER.as_bytes()));
    let mut query = Serializer::new(String::new());
    query.extend_pairs([
        ("response_type", "code"),
        ("client_id", people::SANDBOX_CLIENT),
        ("redirect_uri", people::SANDBOX_REDIRECT_URI),
        ("scope", SCOPE),
        ("state", "af0ifjsldkj"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    query.extend_pairs(more).finish()
}

pub fn code_in(location: &str) -> Result<String, Failure> {
    let pairs: Vec<_> = Url::parse(location)?.query_pairs().into_owned().collect();
    let code = pairs.iter().find(|(name, _)| name == "code");
    Ok(code.ok_or_else(|| format!("an answer without a code: {location}"))?.1.clone())
}

pub fn encode(form: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(form).finish()
}

pub fn data_encoding(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
