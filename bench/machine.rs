//! Programs without a person: one that asks for tokens of its own and about them.

use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use senid::crypto::hash::hash_secret;
use senid::domain::client::{Client, ClientAuthentication, GrantType, Localised};
use senid::domain::resource::{AccessTokenFormat, ResourceId, ResourceServer, ScopeTerms};
use senid::domain::time::Timestamp;
use senid::storage::Store;
use serde_json::Value;

use crate::portal::{Door, Failure, data_encoding, encode};

const RESOURCE: &str = "urn:senid:bench";
const SCOPE: &str = "bench.read";
/// A benchmark has nothing to keep secret.
const SECRET: &str = "the-secret-of-a-program-that-is-measured";

/// What the program's tokens look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Jwt,
    Opaque,
}

impl Form {
    const ALL: [Self; 2] = [Self::Jwt, Self::Opaque];

    const fn client(self) -> &'static str {
        match self {
            Self::Jwt => "bench-jwt",
            Self::Opaque => "bench-opaque",
        }
    }

    const fn format(self) -> AccessTokenFormat {
        match self {
            Self::Jwt => AccessTokenFormat::Jwt,
            Self::Opaque => AccessTokenFormat::Opaque,
        }
    }
}

/// Registers both programs, and the resource server that their tokens are for, where they are not there yet.
pub async fn enter(store: &Store) -> Result<(), Failure> {
    let (id, now): (ResourceId, _) = (RESOURCE.parse()?, Timestamp::EPOCH);
    let mut tx = store.begin().await?;
    if tx.resource_servers().find(&id).await?.is_some() {
        return Ok(());
    }
    for form in Form::ALL {
        let secret = hash_secret(SECRET.as_bytes());
        let mut client = Client::new(form.client().parse()?, ClientAuthentication::ClientSecretBasic { secret }, now);
        client.grant_types = [GrantType::ClientCredentials].into();
        client.scopes = SCOPE.parse()?;
        client.resources = [id.clone()].into();
        client.policy.access_token_format = Some(form.format());
        tx.clients().insert(&client).await?;
    }
    let server = ResourceServer {
        name: Localised::plain("What is measured"),
        scopes: [(SCOPE.parse()?, ScopeTerms::default())].into(),
        ..ResourceServer::new(id, now)
    };
    tx.resource_servers().insert(&server).await?;
    Ok(tx.commit().await?)
}

#[derive(Clone)]
pub struct Machine {
    door: Door,
    authorization: String,
}

impl Machine {
    pub fn new(door: Door, form: Form) -> Self {
        let pair = format!("{}:{SECRET}", form.client());
        Self { door, authorization: format!("Basic {}", data_encoding(pair.as_bytes())) }
    }

    /// A token of its own (client credentials).
    pub async fn token(&self) -> Result<String, Failure> {
        let answer = self.call("/token", &[("grant_type", "client_credentials")]).await?;
        Ok(answer["access_token"].as_str().ok_or("an answer without a token")?.to_owned())
    }

    /// Asks about a token, which is good.
    pub async fn introspect(&self, token: &str) -> Result<(), Failure> {
        let answer = self.call("/introspect", &[("token", token)]).await?;
        if answer["active"] == true { Ok(()) } else { Err(format!("not active: {answer}").into()) }
    }

    async fn call(&self, path: &str, form: &[(&str, &str)]) -> Result<Value, Failure> {
        let headers = [(AUTHORIZATION, self.authorization.clone())];
        let answer = self.door.send(Method::POST, path, &headers, encode(form)).await?;
        Ok(serde_json::from_slice(&answer.expect(StatusCode::OK)?.body)?)
    }
}
