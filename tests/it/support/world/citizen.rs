//! A citizen in front of a browser.

use senid::demo::people::{MADE_UP, PASSWORD, PEOPLE};

use super::{Browser, Page};

#[derive(Clone, Copy, Debug)]
pub struct Citizen {
    pub name: &'static str,
    pub identifier: &'static str,
    pub password: &'static str,
}

const fn citizen(number: usize) -> Citizen {
    Citizen { name: PEOPLE[number].name, identifier: PEOPLE[number].national_id, password: PASSWORD }
}

/// Of whom everything is known that a claim can tell.
pub const AN: Citizen = citizen(0);
pub const BINH: Citizen = citizen(1);
pub const CHAU: Citizen = citizen(2);
/// Somebody made up, for clients in the sandbox.
pub const MOT: Citizen = Citizen { name: MADE_UP[0].name, identifier: MADE_UP[0].national_id, password: PASSWORD };

impl Citizen {
    /// Says who they are.
    pub async fn identifies(&self, browser: &mut Browser, page: &Page) -> Page {
        browser.press(page, "continue", &[("username", self.identifier)]).await
    }

    /// Types a password.
    pub async fn enters(&self, browser: &mut Browser, page: &Page, password: &str) -> Page {
        browser.press(page, "login", &[("password", password)]).await
    }

    /// Goes through the sign-in that `page` begins, up to the question or the answer.
    pub async fn signs_in(&self, browser: &mut Browser, page: &Page) -> Page {
        self.tries(browser, page, self.password).await
    }

    /// Goes through it with this password.
    pub async fn tries(&self, browser: &mut Browser, page: &Page, password: &str) -> Page {
        let page = self.identifies(browser, page).await;
        self.enters(browser, &page, password).await
    }

    /// Allows what the page asks.
    pub async fn allows(&self, browser: &mut Browser, page: &Page) -> Page {
        browser.press(page, "allow", &[]).await
    }

    /// Opens a page of the account, signing in where that is needed.
    pub async fn enters_account(&self, browser: &mut Browser, path: &str) -> Page {
        let page = browser.open(path).await;
        if !page.has("#account-sign-in") {
            return page;
        }
        let page = browser.press(&page, "account-sign-in", &[]).await;
        self.signs_in(browser, &page).await
    }

    /// Reads the latest request that came through the back channel.
    pub async fn reads_request(&self, browser: &mut Browser) -> Page {
        let list = self.enters_account(browser, "/account/requests").await;
        assert_eq!(list.path(), "/account/requests", "{}", list.text());
        browser.open(&list.link(".request .primary")).await
    }

    /// Answers it with the button of this id.
    pub async fn answers_request(&self, browser: &mut Browser, button: &str) -> Page {
        let page = self.reads_request(browser).await;
        browser.press(&page, button, &[]).await
    }

    /// Does whatever is asked, until the portal is answered.
    pub async fn goes_through(&self, browser: &mut Browser, mut page: Page) -> Page {
        if page.has("#username") {
            page = self.signs_in(browser, &page).await;
        }
        if page.has("#allow") {
            page = self.allows(browser, &page).await;
        }
        assert!(page.status == 303 || page.has("#form-post"), "{}: {}", page.url, page.text());
        page
    }
}
