//! The clients that the model knows: some of every world's, and three more, for what those do not tell apart.

use senid::domain::authorization::ResponseType;
use senid::domain::client::{
    ApplicationType, Client, ClientAuthentication, ClientDisplay, ClientPolicy, Localised, PkcePolicy, RequestDefaults,
};

use crate::support::World;
use crate::support::world::{Browser, Citizen, NOW};

/// What the model knows of a client, said by hand.
#[derive(Debug)]
pub struct Facts {
    pub id: &'static str,
    pub redirect_uris: &'static [&'static str],
    pub scopes: &'static [&'static str],
    /// Each with its words in alphabetical order.
    pub response_types: &'static [&'static str],
    /// Access tokens may come through the browser.
    pub front_channel: bool,
    pub must_use_pkce: bool,
    pub asks_for_consent: bool,
    pub default_max_age: Option<u64>,
    pub native: bool,
    pub disabled: bool,
}

pub const DISABLED: &str = "closed";

const EVERYTHING: &[&str] =
    &["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"];

const PLAIN: Facts = Facts {
    id: "tax-office",
    redirect_uris: &["https://tax.example/callback"],
    scopes: &["openid", "profile", "email", "phone", "address", "national_id", "offline_access"],
    response_types: &["code"],
    front_channel: false,
    must_use_pkce: true,
    asks_for_consent: true,
    default_max_age: None,
    native: false,
    disabled: false,
};

pub const CLIENTS: &[Facts] = &[
    PLAIN,
    Facts {
        id: "tax-app",
        redirect_uris: &["http://127.0.0.1/callback"],
        scopes: &["openid", "profile", "offline_access"],
        native: true,
        ..PLAIN
    },
    Facts {
        id: "library",
        redirect_uris: &["https://library.example/callback?branch=main"],
        scopes: &["openid", "profile", "offline_access"],
        must_use_pkce: false,
        ..PLAIN
    },
    Facts {
        id: "registry",
        redirect_uris: &["https://registry.example/callback"],
        scopes: &["openid", "profile"],
        asks_for_consent: false,
        ..PLAIN
    },
    Facts {
        id: "archive",
        redirect_uris: &["https://archive.example/callback?shelf=7"],
        scopes: &["openid", "profile", "email", "offline_access"],
        response_types: EVERYTHING,
        front_channel: true,
        must_use_pkce: false,
        ..PLAIN
    },
    // Everything but access tokens through the browser; nobody's sign-in is old; two addresses.
    Facts {
        id: "theatre",
        redirect_uris: &["https://theatre.example/callback", "https://theatre.example/other"],
        scopes: &["openid", "profile"],
        response_types: EVERYTHING,
        default_max_age: Some(500),
        ..PLAIN
    },
    // On people's own devices, at a scheme of its own.
    Facts {
        id: "app",
        redirect_uris: &["vn.example.app:/callback"],
        scopes: &["openid", "profile"],
        response_types: EVERYTHING,
        front_channel: true,
        native: true,
        ..PLAIN
    },
    Facts { id: DISABLED, redirect_uris: &["https://closed.example/callback"], disabled: true, ..PLAIN },
];

/// Those that not every world has, as the identity store holds them.
pub fn extra() -> [Client; 3] {
    let base = |id: &str, redirect_uris: &[&str]| Client {
        display: ClientDisplay { name: Localised::plain(id), ..ClientDisplay::default() },
        redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
        scopes: "openid profile".parse().unwrap(),
        response_types: ResponseType::ALL.into(),
        ..Client::new(id.parse().unwrap(), ClientAuthentication::None, NOW)
    };
    let theatre = Client {
        request_defaults: RequestDefaults {
            max_age: Some(std::time::Duration::from_secs(500)),
            ..RequestDefaults::default()
        },
        ..base("theatre", &["https://theatre.example/callback", "https://theatre.example/other"])
    };
    let app = Client {
        application_type: ApplicationType::Native,
        policy: ClientPolicy {
            pkce: PkcePolicy::Required,
            front_channel_access_tokens: Some("an app from before".to_owned()),
            ..ClientPolicy::default()
        },
        ..base("app", &["vn.example.app:/callback"])
    };
    [theatre, app, base(DISABLED, &["https://closed.example/callback"])]
}

impl Facts {
    /// An ID token of the citizen's for this client, who allows it whatever it may ask for. Of a client that may, through
    /// the browser; of a disabled one, none.
    pub async fn id_token(&self, world: &World, browser: &mut Browser, citizen: &Citizen) -> String {
        if self.disabled {
            return "none".to_owned();
        }
        if self.response_types.contains(&"id_token") {
            let started = world.portal("archive").start().with("response_type", "id_token");
            let started = started.with("client_id", self.id).with("redirect_uri", self.redirect_uris[0]);
            let page = browser.open(&started.with("scope", &self.scopes.join(" ")).url()).await;
            let mut answer = citizen.goes_through(browser, page).await.answer();
            let with_offline = world.portal("archive").start().with("client_id", self.id);
            let with_offline = with_offline.with("redirect_uri", self.redirect_uris[0]);
            // What only comes with a code is allowed with one.
            let page = browser.open(&with_offline.with("scope", &self.scopes.join(" ")).url()).await;
            citizen.goes_through(browser, page).await;
            return answer.remove("id_token").expect("an ID token");
        }
        let portal = world.portal(self.id);
        world.sign_in_again(browser, &portal, citizen).await.id_token()
    }
}
