//! What commands need of the house. `app` alone may import every floor, so it builds what is asked for here.

use std::path::PathBuf;

use crate::config::Settings;
use crate::crypto::hardware::AfterWrongPin;
use crate::domain::audit::Actor;
use crate::domain::keys::KeyPlace;
use crate::domain::random::Random;
use crate::domain::time::Clock;
use crate::flows::admin::Administrator;
use crate::flows::admin::schema::Schema;
use crate::flows::certificate::revocation::Revocation;
use crate::flows::doctor::Doctor;
use crate::flows::hardware::Hardware;
use crate::flows::onboarding::check_up::CheckUp;

use super::failure::Failure;

/// Whether a command ends sessions, and so needs the short-lived store where it can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    IdentityStore,
    BothStores,
}

pub trait House {
    fn clock(&self) -> &dyn Clock;

    fn random(&self) -> &dyn Random;

    /// The identity store, whatever schema it has; an embedded one is made where there is none, if `create` says so.
    fn schema(&self, settings: &Settings, create: Create) -> impl Future<Output = Result<Schema, Failure>>;

    /// Opens the deployment for `actor`.
    fn administrator(
        &self,
        settings: Settings,
        actor: Actor,
        reach: Reach,
    ) -> impl Future<Output = Result<Administrator, Failure>>;

    /// What asks authorities whether certificates were revoked.
    fn revocation(&self, settings: Settings) -> impl Future<Output = Result<Revocation, Failure>>;

    /// What checks the whole deployment. What cannot be opened is told as a finding.
    fn doctor(&self, settings: Settings) -> impl Future<Output = Result<Doctor, Failure>>;

    /// What looks at applications from outside.
    fn check_up(&self, settings: &Settings) -> Result<CheckUp, Failure>;

    /// Makes the first master key, where the settings name a file for it that is not there and nothing is sealed yet:
    /// in that file, or in the hardware module, which the file then speaks of. Returns where the file is.
    fn make_first_master_key(
        &self,
        settings: &Settings,
        place: KeyPlace,
        actor: Actor,
    ) -> impl Future<Output = Result<Option<PathBuf>, Failure>>;

    /// The hardware module, where the settings name one; nothing was said to its token yet.
    fn key_module(&self, settings: &Settings, after_wrong_pin: AfterWrongPin) -> Result<Option<Hardware>, Failure>;

    /// The OpenAPI document of the Admin API, as it is served by these settings.
    fn admin_api(&self, settings: &Settings) -> serde_json::Value;

    /// The file that the master key is read from; none where it comes from the environment.
    fn master_key_file(&self, settings: &Settings) -> Option<PathBuf>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Create {
    IfAbsent,
    Never,
}
