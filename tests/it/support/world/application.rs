//! An authenticator application on somebody's telephone, and the codes on their paper.

use senid::crypto::one_time_password::{HotpHash, hotp};
use senid::domain::time::Clock;

use super::{Browser, Citizen, Page, World};

/// An application that has scanned a secret.
#[derive(Clone, Debug)]
pub struct Application {
    secret: Vec<u8>,
}

impl Application {
    /// Types the secret that the page shows.
    pub fn scanning(page: &Page) -> Self {
        let shown = page.words("#secret");
        let (mut bits, mut waiting, mut secret) = (0_u32, 0, Vec::new());
        for character in shown.chars().filter(|c| !c.is_whitespace()) {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(character).expect("base 32");
            bits = bits << 5 | u32::try_from(value).unwrap();
            waiting += 5;
            if waiting >= 8 {
                waiting -= 8;
                secret.push((bits >> waiting & 255) as u8);
            }
        }
        assert_eq!(secret.len(), 20, "{shown}");
        Self { secret }
    }

    /// What it shows by a clock that is so many steps of 30 s ahead.
    pub fn code(&self, world: &World, ahead: i64) -> String {
        let step = world.clock.now().seconds().div_euclid(30) + ahead;
        hotp(HotpHash::Sha1, &self.secret, step.unsigned_abs(), 6)
    }

    /// A code that is right at no moment near this one.
    pub fn wrong_code(&self, world: &World) -> String {
        let near: Vec<String> = (-3..=3).map(|ahead| self.code(world, ahead)).collect();
        (0..).map(|code| format!("{code:06}")).find(|code| !near.contains(code)).expect("most codes are wrong")
    }
}

impl World {
    /// The citizen adds an application in their account, with whatever they have signed in with.
    pub async fn adds_totp(&self, citizen: &Citizen, browser: &mut Browser) -> Application {
        let page = citizen.enters_account(browser, "/account/security/totp/new").await;
        let application = Application::scanning(&page);
        let page = browser.press(&page, "add", &[("name", "My app"), ("code", &application.code(self, 0))]).await;
        assert_eq!(page.path(), "/account/security", "{}", page.text());
        application
    }

    /// As if everything that the citizen holds had been added after two factors.
    pub async fn raises_everything(&self, citizen: &Citizen) {
        let app = self.app(0);
        let citizen = self.operator().id_of(citizen).await;
        let mut tx = app.store.begin().await.unwrap();
        for mut stored in tx.credentials().list(citizen).await.unwrap() {
            stored.credential.binding = senid::domain::assurance::AuthenticationLevel::TwoFactors;
            tx.credentials().replace(&stored).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}
