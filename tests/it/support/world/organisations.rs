//! What registrars do about organisations and their mandates.

use senid::domain::audit::Actor;
use senid::domain::ids::MandateId;
use senid::domain::organisation::OrganisationStatus;
use senid::domain::organisation_code::OrganisationCode;
use senid::flows::admin::organisations::{self, Closed, Confirmed};
use senid::flows::admin::{AdminError, Administrator};

use super::Operator;

impl Operator<'_> {
    async fn as_registrar(&self, name: &str) -> Administrator {
        Administrator { actor: Actor::Operator(name.to_owned()), ..self.admin().await }
    }

    /// The registrar confirms the request that waits longest.
    pub async fn confirms(&self, registrar: &str) -> Result<Confirmed, AdminError> {
        let admin = self.as_registrar(registrar).await;
        let (waiting, _) = organisations::requests(&admin, None).await?;
        organisations::confirm(&admin, waiting.first().expect("a request that waits").0.id).await
    }

    pub async fn turns(&self, code: &str, status: OrganisationStatus) -> Result<Closed, AdminError> {
        organisations::turn(&self.as_registrar("lan").await, &parsed(code), status, Some("by law")).await
    }

    pub async fn ends_mandate(&self, code: &str, mandate: MandateId) -> Result<Closed, AdminError> {
        organisations::revoke(&self.as_registrar("lan").await, &parsed(code), mandate).await
    }
}

fn parsed(code: &str) -> OrganisationCode {
    code.parse().unwrap()
}
