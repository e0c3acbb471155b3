//! A citizen who holds a role, with a passkey that counts for two factors.

use senid::domain::administration::Role;
use senid::flows::admin::{AdminError, Administrator, roles};

use super::operator::who;
use super::passkey::{has_enrolled, uses};
use super::{Browser, Citizen, Page, World};
use crate::support::Authenticator;

pub struct Staff {
    pub phone: Authenticator,
    pub browser: Browser,
}

impl World {
    /// Has a passkey that the administration's door lets in, and no role yet.
    pub async fn may_prove(&self, citizen: &Citizen) -> Staff {
        let mut phone = Authenticator::phone(&self.issuer);
        has_enrolled(self, citizen, &mut phone).await;
        self.raises_everything(citizen).await;
        Staff { phone, browser: self.browser() }
    }

    /// Gives the role at the shell.
    pub async fn grants(&self, citizen: &Citizen, role: Role) -> Result<(), AdminError> {
        let admin = self.operator().admin().await;
        // Whatever takes a second person here: somebody has to be the first.
        let mut settings = (*admin.settings).clone();
        settings.administration.approvals.clear();
        let admin = Administrator { settings: settings.into(), ..admin };
        roles::grant(&admin, &who(citizen), role, None).await.map(drop)
    }

    /// Withdraws it there.
    pub async fn withdraws(&self, citizen: &Citizen, role: Role) {
        roles::revoke(&self.operator().admin().await, &who(citizen), role).await.unwrap();
    }

    /// Holds these roles, and stands behind the door.
    pub async fn staff(&self, citizen: &Citizen, roles: &[Role]) -> Staff {
        let mut staff = self.may_prove(citizen).await;
        for role in roles {
            self.grants(citizen, *role).await.unwrap();
        }
        let page = staff.enters("/admin").await;
        assert!(page.has("#admin"), "{}: {}", page.url, page.text());
        staff
    }
}

impl Staff {
    /// Opens a page of the administration, proving who they are where that is asked.
    pub async fn enters(&mut self, path: &str) -> Page {
        let page = self.browser.open(path).await;
        self.proves(page).await
    }

    /// Proves who they are where `page` asks for it.
    pub async fn proves(&mut self, page: Page) -> Page {
        match page.path().starts_with("/sign-in/") {
            true => uses(&mut self.browser, &page, &mut self.phone).await,
            false => page,
        }
    }
}
