//! A device that cannot show a sign-in page: asks for codes, shows one, and waits with the other (RFC 8628).

use super::web::Reply;
use super::{Browser, Page, Portal, TokenAnswer, World};

pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a device was given.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub device_code: String,
    pub user_code: String,
    pub verification_uri: String,
    pub verification_uri_complete: String,
}

impl Portal {
    /// Asks for codes.
    pub async fn asks_for_codes(&self, form: &[(&str, &str)]) -> Reply {
        self.call("/device_authorization", &[], form).await
    }

    /// Begins a sign-in that is decided about elsewhere, for everything that the portal may ask for.
    pub async fn begins_on_a_device(&self) -> Waiting {
        let reply = self.asks_for_codes(&[("scope", self.registration.scope)]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        Waiting::read(&reply)
    }

    /// Asks whether it may come in.
    pub async fn asks_with(&self, waiting: &Waiting) -> TokenAnswer {
        self.token(&[("grant_type", DEVICE_CODE), ("device_code", &waiting.device_code)]).await
    }
}

impl Waiting {
    pub fn read(reply: &Reply) -> Self {
        let json = reply.json();
        let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", reply.body)).to_owned();
        Self {
            device_code: text("device_code"),
            user_code: text("user_code"),
            verification_uri: text("verification_uri"),
            verification_uri_complete: text("verification_uri_complete"),
        }
    }
}

impl World {
    /// Lets clients use the device grant.
    pub async fn with_devices(self, clients: &[&str]) -> Self {
        for client in clients {
            let allow = |client: &mut senid::domain::client::Client| {
                client.grant_types.insert(senid::domain::client::GrantType::DeviceCode);
            };
            self.operator().changes(client, allow).await;
        }
        self
    }
}

impl Browser {
    /// Types the code into the page that the device names, and goes on.
    pub async fn types_code(&mut self, code: &str) -> Page {
        let page = self.open("/device").await;
        self.press(&page, "continue", &[("user_code", code)]).await
    }
}
