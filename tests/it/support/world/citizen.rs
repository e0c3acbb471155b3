//! A citizen in front of a browser.

use senid::demo::people::{PASSWORD, PEOPLE};

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
