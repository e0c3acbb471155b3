//! The clients that every world has: one of each kind that the rules tell apart.

use senid::crypto::private_key::PrivateKey;
use senid::crypto::random::SystemRandom;
use senid::crypto::seal::KeyEncryptionKeys;
use senid::demo::people;
use senid::domain::authorization::ResponseType;
use senid::domain::client::{
    ApplicationType, Client, ClientAuthenticationMethod, ClientDisplay, ClientKeys, ClientPolicy, ConsentPolicy,
    Localised, PkcePolicy, PolicyName, SubjectType,
};
use senid::domain::ids::ClientId;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::secret::SecretString;
use senid::flows::client_secret::Asked;

use super::{NOW, assertion};

/// How a client proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Basic,
    Post,
    /// An assertion with HS256.
    SecretJwt,
    /// An assertion with ES256, by the key of the client's name.
    KeyJwt,
    None,
}

/// A client as its own developer knows it.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    pub id: &'static str,
    pub secret: &'static str,
    pub method: Method,
    pub redirect_uri: &'static str,
    pub post_logout_redirect_uri: &'static str,
    pub scope: &'static str,
    sector: &'static str,
    subject_type: SubjectType,
    pkce: PkcePolicy,
    consent: ConsentPolicy,
    algorithm: SignatureAlgorithm,
    response_types: &'static [ResponseType],
}

const TAX_OFFICE: Registration = Registration {
    id: "tax-office",
    secret: "the-tax-office's-secret",
    method: Method::Basic,
    redirect_uri: "https://tax.example/callback",
    post_logout_redirect_uri: "https://tax.example/goodbye",
    scope: "openid profile email phone address national_id offline_access",
    sector: "tax.example",
    subject_type: SubjectType::Pairwise,
    pkce: PkcePolicy::Required,
    consent: ConsentPolicy::Ask,
    algorithm: SignatureAlgorithm::Es256,
    response_types: &[ResponseType::Code],
};

pub const ALL: &[Registration] = &[
    TAX_OFFICE,
    // The same office's application on a telephone: public, native, of the same sector.
    Registration {
        id: "tax-app",
        secret: "",
        method: Method::None,
        redirect_uri: "http://127.0.0.1/callback",
        scope: "openid profile offline_access",
        ..TAX_OFFICE
    },
    // Older software: its secret in the form, no PKCE, RS256, a query in its redirect URI.
    Registration {
        id: "library",
        secret: "read+more: books & 100%",
        method: Method::Post,
        redirect_uri: "https://library.example/callback?branch=main",
        post_logout_redirect_uri: "https://library.example/?left",
        scope: "openid profile offline_access",
        sector: "library.example",
        pkce: PkcePolicy::Optional,
        algorithm: SignatureAlgorithm::Rs256,
        ..TAX_OFFICE
    },
    // The authority's own: everyone is the same person to it as to the others of its kind, and nobody is asked.
    Registration {
        id: "registry",
        secret: "100% of the registry: a+b/c=d é",
        redirect_uri: "https://registry.example/callback",
        scope: "openid profile",
        sector: "registry.example",
        subject_type: SubjectType::Public,
        consent: ConsentPolicy::Implied,
        algorithm: SignatureAlgorithm::EdDsa,
        ..TAX_OFFICE
    },
    // Software from before PKCE that may ask for everything, tokens through the browser too.
    Registration {
        id: "archive",
        secret: "the-archive's-secret",
        redirect_uri: "https://archive.example/callback?shelf=7",
        scope: "openid profile email offline_access",
        sector: "archive.example",
        pkce: PkcePolicy::Optional,
        response_types: &ResponseType::ALL,
        ..TAX_OFFICE
    },
    // Two that never show a secret.
    Registration {
        id: "customs",
        secret: "",
        method: Method::KeyJwt,
        redirect_uri: "https://customs.example/callback",
        post_logout_redirect_uri: "https://customs.example/goodbye",
        scope: "openid profile offline_access",
        sector: "customs.example",
        ..TAX_OFFICE
    },
    Registration {
        id: "land-office",
        secret: "the-land-office's-secret-of-64-characters-is-never-shown-to-anyone",
        method: Method::SecretJwt,
        redirect_uri: "https://land.example/callback",
        post_logout_redirect_uri: "https://land.example/goodbye",
        scope: "openid profile offline_access",
        sector: "land.example",
        ..TAX_OFFICE
    },
    // The client of the demonstration that anyone may try.
    Registration {
        id: people::SANDBOX_CLIENT,
        secret: people::SANDBOX_SECRET,
        redirect_uri: people::SANDBOX_REDIRECT_URI,
        post_logout_redirect_uri: "http://localhost:9000/",
        scope: people::SANDBOX_SCOPE,
        sector: "sandbox.senid.example",
        ..TAX_OFFICE
    },
];

/// What the developer of the client `id` was told.
pub fn registration(id: &str) -> Registration {
    *ALL.iter().find(|registration| registration.id == id).expect("a client of this world")
}

impl Registration {
    /// The client as the identity store holds it, where `sealing` seals what must be read again.
    pub fn client(&self, sealing: &KeyEncryptionKeys) -> Client {
        let method = match self.method {
            Method::None => ClientAuthenticationMethod::None,
            Method::Basic => ClientAuthenticationMethod::ClientSecretBasic,
            Method::Post => ClientAuthenticationMethod::ClientSecretPost,
            Method::SecretJwt => ClientAuthenticationMethod::ClientSecretJwt,
            Method::KeyJwt => ClientAuthenticationMethod::PrivateKeyJwt,
        };
        let id: ClientId = self.id.parse().unwrap();
        let secret = SecretString::new(self.secret);
        let secret = method.has_secret().then_some(&secret);
        let asked = Asked { method, signing_algorithm: None, secret, certificate_subject: None };
        // Secrets of older software hold what we would refuse today.
        let authentication = asked.keep(&id, sealing, &SystemRandom::new(), &mut Vec::new()).unwrap();
        let hands_out = self.response_types.iter().any(|allowed| allowed.issues_access_token());
        let exception = hands_out.then(|| "nobody maintains it any more".to_owned());
        Client {
            application_type: match self.method {
                Method::None => ApplicationType::Native,
                _ => ApplicationType::Web,
            },
            keys: match self.method {
                Method::KeyJwt => ClientKeys::Given(assertion::jwks(&[self.key()]).to_string()),
                _ => ClientKeys::None,
            },
            display: ClientDisplay {
                name: Localised::plain(self.name()),
                organisation_verified: true,
                home_uri: Some(format!("https://{}/", self.sector)),
                ..ClientDisplay::default()
            },
            redirect_uris: vec![self.redirect_uri.to_owned()],
            response_types: self.response_types.iter().copied().collect(),
            post_logout_redirect_uris: vec![self.post_logout_redirect_uri.to_owned()],
            scopes: self.scope.parse().unwrap(),
            subject_type: self.subject_type,
            sector_identifier: self.sector.to_owned(),
            policy: ClientPolicy {
                set: PolicyName::least(self.pkce, exception.as_deref()),
                pkce: self.pkce,
                consent: self.consent,
                id_token_algorithm: self.algorithm,
                front_channel_access_tokens: exception,
                ..ClientPolicy::default()
            },
            ..Client::new(id, authentication, NOW)
        }
    }

    /// The key that it proves itself with.
    pub fn key(&self) -> &'static PrivateKey {
        assertion::key(self.id, SignatureAlgorithm::Es256)
    }

    /// What people are shown.
    pub fn name(&self) -> String {
        format!("The {}", self.id.replace('-', " "))
    }
}
