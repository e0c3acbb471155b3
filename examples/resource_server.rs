//! An API that takes SenID's access tokens: to be copied, since nothing in it is of SenID's own.
//!
//! JWTs are read by SenID's published keys (RFC 9068), opaque tokens SenID is asked about (RFC 7662). One that is bound to a
//! key is good with a DPoP proof (RFC 9449), or with the certificate that a proxy passes on (RFC 8705, RFC 9440). A client is
//! told what it lacks: a scope (RFC 6750), a fresher sign-in (RFC 9470), and where to get a token at all (RFC 9728).

use std::{collections::HashMap, env, error::Error, net::IpAddr, net::SocketAddr, sync::Arc};

use axum::extract::{ConnectInfo, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::{Json, Router, routing::get};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{StatusCode, header::AUTHORIZATION, header::WWW_AUTHENTICATE, request::Parts};
use jsonwebtoken::jwk::{Jwk, JwkSet, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, get_current_timestamp as now};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

const STEP_UP: &str = "error=\"insufficient_user_authentication\"";
const ALGORITHMS: &[Algorithm] = &[Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::PS256];

struct Api {
    resource: String,         // its own address, which tokens for it name as their audience
    client: (String, String), // as whom it asks about tokens
    proxy: Option<IpAddr>,    // whose Client-Cert is believed
    metadata: Value,          // SenID's
    http: reqwest::Client,
    keys: Mutex<(JwkSet, u64)>,          // SenID's, and when they were fetched
    proofs: Mutex<HashMap<String, u64>>, // those used, until they are too old anyway; several servers would share a store
}

type SignIn = Option<(&'static str, u64)>;

fn hash(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, bytes.as_ref()))
}

impl Api {
    /// What the token of a request says, if it is good for `scope` and its `sign_in` is of that `acr` and age in seconds.
    async fn judge(&self, request: &Parts, peer: IpAddr, scope: &str, sign_in: SignIn) -> Result<Value, Response> {
        let refuse = |told: &str| self.challenge(StatusCode::UNAUTHORIZED, told);
        let credentials = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
        let (scheme, text) = credentials.ok_or_else(|| refuse("realm=\"records\""))?;
        let read = if text.split('.').count() == 3 { self.read(text).await } else { self.ask(text).await };
        let token = read.ok_or_else(|| refuse("error=\"invalid_token\""))?;
        match (&*scheme.to_ascii_lowercase(), token["cnf"]["jkt"].as_str(), token["cnf"]["x5t#S256"].as_str()) {
            ("bearer", None, None) if token["cnf"].is_null() => {}
            ("bearer", None, own) if own.is_some() && self.certificate(request, peer).as_deref() == own => {}
            ("dpop", Some(key), None) if self.proof(request, text, key).await.is_some() => {}
            ("dpop", Some(_), None) => return Err(refuse("error=\"invalid_dpop_proof\"")),
            _ => return Err(refuse("error=\"invalid_token\"")),
        }
        if !token["scope"].as_str().is_some_and(|all| all.split(' ').any(|one| one == scope)) {
            let lacking = format!("error=\"insufficient_scope\", scope=\"{scope}\"");
            return Err(self.challenge(StatusCode::FORBIDDEN, &lacking));
        }
        let is_older = |age: u64| token["auth_time"].as_u64().is_none_or(|at| at + age <= now());
        let lacking = sign_in.filter(|(acr, age)| token["acr"] != **acr || is_older(*age));
        let told = lacking.map(|(acr, age)| format!("{STEP_UP}, acr_values=\"{acr}\", max_age=\"{age}\""));
        told.map(|told| refuse(&told)).map_or(Ok(token), Err)
    }

    /// A token that says itself what it says.
    async fn read(&self, text: &str) -> Option<Value> {
        let header = decode_header(text).ok().filter(|header| ALGORITHMS.contains(&header.alg))?;
        let kid = header.kid.filter(|_| header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case("at+jwt")))?;
        let mut keys = self.keys.lock().await;
        // A key that is not known is looked for, though not at every stranger's word.
        if keys.0.find(&kid).is_none() && keys.1 + 10 <= now() {
            let asked = self.http.get(self.metadata["jwks_uri"].as_str()?).send().await.ok()?;
            *keys = (asked.json().await.ok()?, now());
        }
        let mut validation = Validation::new(header.alg);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        validation.set_issuer(&[self.metadata["issuer"].as_str()?]);
        validation.set_audience(&[&self.resource]);
        decode(text, &DecodingKey::from_jwk(keys.0.find(&kid)?).ok()?, &validation).map(|token| token.claims).ok()
    }

    /// What SenID says of a token that says nothing itself.
    async fn ask(&self, text: &str) -> Option<Value> {
        let request = self.http.post(self.metadata["introspection_endpoint"].as_str()?).form(&[("token", text)]);
        let answer = request.basic_auth(&self.client.0, Some(&self.client.1)).send().await.ok()?;
        let told: Value = answer.json().await.ok()?;
        let audience = told["aud"].as_array().cloned().unwrap_or_else(|| vec![told["aud"].clone()]);
        Some(told).filter(|told| told["active"] == true && audience.contains(&json!(self.resource)))
    }

    /// Whether a request's proof is by `key`, for this request with this token, and was never seen before.
    async fn proof(&self, request: &Parts, token: &str, key: &str) -> Option<()> {
        let [text] = request.headers.get_all("dpop").iter().collect::<Vec<_>>()[..] else { return None };
        let header = URL_SAFE_NO_PAD.decode(text.to_str().ok()?.split('.').next()?).ok()?;
        let header: Value = serde_json::from_slice(&header).ok()?;
        let (jwk, alg) = (Jwk::deserialize(&header["jwk"]).ok()?, Algorithm::deserialize(&header["alg"]).ok()?);
        let sound = header["typ"] == "dpop+jwt" && ALGORITHMS.contains(&alg) && header["jwk"].get("d").is_none();
        let mut validation = Validation::new(alg);
        validation.set_required_spec_claims::<&str>(&[]);
        let proof: Value = decode(text, &DecodingKey::from_jwk(&jwk).ok()?, &validation).ok()?.claims;
        let here = Url::parse(&self.resource).ok()?.join(request.uri.path()).ok()?;
        let address = Url::parse(proof["htu"].as_str()?.split(['?', '#']).next()?).ok()?;
        let meant = proof["htm"] == *request.method.as_str() && address == here && proof["ath"] == *hash(token);
        let theirs = jwk.thumbprint(ThumbprintHash::SHA256).is_ok_and(|own| own == key);
        let iat = proof["iat"].as_u64().filter(|iat| sound && meant && theirs && iat.abs_diff(now()) < 60)?;
        let mut proofs = self.proofs.lock().await;
        proofs.retain(|_, until| *until >= now());
        proofs.insert(hash(format!("{key} {}", proof["jti"].as_str()?)), iat + 60).is_none().then_some(())
    }

    /// The thumbprint of the certificate that the proxy saw.
    fn certificate(&self, request: &Parts, peer: IpAddr) -> Option<String> {
        let header = request.headers.get("client-cert").filter(|_| self.proxy == Some(peer))?.to_str().ok()?;
        STANDARD.decode(header.strip_prefix(':')?.strip_suffix(':')?).map(hash).ok()
    }

    fn challenge(&self, status: StatusCode, told: &str) -> Response {
        let told = format!("{told}, resource_metadata=\"{}/.well-known/oauth-protected-resource\"", self.resource);
        let schemes = [format!("DPoP {told}, algs=\"ES256 ES384 EdDSA PS256\""), format!("Bearer {told}")];
        (status, AppendHeaders(schemes.map(|scheme| (WWW_AUTHENTICATE, scheme)))).into_response()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setting = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (issuer, resource, http) = (setting("ISSUER")?, setting("RESOURCE")?, reqwest::Client::new());
    let metadata: Value = http.get(format!("{issuer}/.well-known/openid-configuration")).send().await?.json().await?;
    let about = json!({ "resource": resource, "authorization_servers": [issuer] });
    let client = (setting("CLIENT_ID")?, setting("CLIENT_SECRET")?);
    let proxy = env::var("PROXY").ok().map(|address| address.parse()).transpose()?;
    let api =
        Arc::new(Api { resource, client, proxy, metadata, http, keys: Mutex::default(), proofs: Mutex::default() });
    let show = async |api: State<Arc<Api>>, peer: ConnectInfo<SocketAddr>, request: Parts| {
        let token = api.judge(&request, peer.ip(), "records.read", None).await;
        token.map(|token| Json(json!({ "records_of": token["sub"] })))
    };
    // To add one, its owner must have signed in within the last two minutes.
    let add = async |api: State<Arc<Api>>, peer: ConnectInfo<SocketAddr>, request: Parts| {
        let token = api.judge(&request, peer.ip(), "records.write", Some(("urn:senid:aal:1", 120))).await;
        token.map(|token| (StatusCode::CREATED, Json(json!({ "added_for": token["sub"] }))))
    };
    let routes = Router::new().route("/records", get(show).post(add)).with_state(api);
    let routes = routes.route("/.well-known/oauth-protected-resource", get(async || Json(about)));
    let listener = tokio::net::TcpListener::bind(setting("LISTEN")?).await?;
    Ok(axum::serve(listener, routes.into_make_service_with_connect_info::<SocketAddr>()).await?)
}
