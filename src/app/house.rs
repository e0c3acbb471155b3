//! What administrative commands work with, put together from the settings.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use super::demo::DemoError;
use super::demo_data::DataError;
use super::deployment::{self, Deployment, OpenError};
use super::hardware;
use super::master_key::{self, Start};
use super::parts;
use super::sandbox::NotAsAsked;
use super::serve::RunError;
use super::witness::WitnessError;
use super::{StartError, SystemClock};
use crate::cli::house::{Create, House, Reach};
use crate::cli::{Exit, Failure};
use crate::config::{DatabaseUrl, Settings};
use crate::crypto::hardware::{AfterWrongPin, ModuleError};
use crate::crypto::random::SystemRandom;
use crate::domain::administration::Authority;
use crate::domain::audit::Actor;
use crate::domain::keys::KeyPlace;
use crate::domain::random::Random;
use crate::domain::time::Clock;
use crate::flows::admin::schema::Schema;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::certificate::revocation::Revocation;
use crate::flows::doctor::Doctor;
use crate::flows::hardware::Hardware;
use crate::flows::onboarding::check_up::CheckUp;
use crate::outbound::Prober;
use crate::sessions::{self, Recovery, Redis};

/// The system's clock and random source, and whatever the settings name.
#[derive(Clone, Debug, Default)]
pub struct SystemHouse {
    clock: SystemClock,
    random: SystemRandom,
}

impl House for SystemHouse {
    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn random(&self) -> &dyn Random {
        &self.random
    }

    async fn schema(&self, settings: &Settings, create: Create) -> Result<Schema, Failure> {
        if let (DatabaseUrl::Sqlite(path), Create::Never) = (&settings.database.url, create)
            && !path.exists()
        {
            return Err(OpenError::NoDatabase(path.clone()).into());
        }
        let store = deployment::connect(settings).await.map_err(OpenError::Store)?;
        Ok(Schema::of(store))
    }

    async fn administrator(&self, settings: Settings, actor: Actor, reach: Reach) -> Result<Administrator, Failure> {
        let (clock, random) = (Arc::new(self.clock), Arc::new(self.random.clone()));
        let opened = deployment::open(Arc::new(settings), clock, random).await?;
        let hashing = parts::hashing(&opened.settings).map_err(StartError::from)?;
        let sessions = match reach {
            Reach::IdentityStore => None,
            Reach::BothStores => shared_sessions(&opened)?,
        };
        let Deployment { settings, clock, random, store, masters, keys, hardware, .. } = opened;
        Ok(Administrator {
            actor,
            authority: Authority::Shell,
            settings,
            clock,
            random,
            store,
            sessions,
            hashing,
            masters: Some(masters),
            sealing: Arc::clone(&keys.sealing),
            hardware,
            request: None,
        })
    }

    async fn revocation(&self, settings: Settings) -> Result<Revocation, Failure> {
        let (clock, random) = (Arc::new(self.clock), Arc::new(self.random.clone()));
        let Deployment { settings, clock, random, store, .. } =
            deployment::open(Arc::new(settings), clock, random).await?;
        let outbound = parts::fetcher(&settings, clock.clone()).map_err(StartError::from)?;
        Ok(Revocation::new(outbound, store, clock, random, settings.revocation.clone()))
    }

    async fn doctor(&self, settings: Settings) -> Result<Doctor, Failure> {
        let settings = Arc::new(settings);
        let store = match &settings.database.url {
            // Connecting would leave an empty file behind.
            DatabaseUrl::Sqlite(path) if !path.exists() => Err(OpenError::NoDatabase(path.clone()).to_string()),
            _ => deployment::connect(&settings).await.map_err(|error| error.to_string()),
        };
        let hardware = hardware::start(&settings, AfterWrongPin::Stop).map_err(|error| error.to_string());
        let module = hardware.as_ref().ok().and_then(Option::as_ref);
        let masters = master_key::load(&settings, module, Start::Later, &self.random).await;
        Ok(Doctor {
            clock: Arc::new(self.clock),
            store,
            redis: parts::redis(&settings),
            prober: Prober::new(settings.outbound.extra_roots.clone()).map_err(StartError::from)?,
            mailer: parts::mailer(&settings, Arc::new(self.clock)).map_err(StartError::from)?,
            masters: masters.map_err(|error| error.to_string()),
            hardware,
            servers: 1,
            outside: true,
            settings,
        })
    }

    fn check_up(&self, settings: &Settings) -> Result<CheckUp, Failure> {
        let outbound = parts::fetcher(settings, Arc::new(self.clock)).map_err(StartError::from)?;
        Ok(CheckUp::new(outbound))
    }

    fn admin_api(&self, settings: &Settings) -> serde_json::Value {
        crate::http::admin_api::document::of(settings.issuer.as_str())
    }

    async fn make_first_master_key(
        &self,
        settings: &Settings,
        place: KeyPlace,
        actor: Actor,
    ) -> Result<Option<PathBuf>, Failure> {
        Ok(deployment::make_first_master_key(settings, place, actor, &self.clock, &self.random).await?)
    }

    fn key_module(&self, settings: &Settings, after_wrong_pin: AfterWrongPin) -> Result<Option<Hardware>, Failure> {
        Ok(hardware::start(settings, after_wrong_pin).map_err(OpenError::Hardware)?)
    }

    fn master_key_file(&self, settings: &Settings) -> Option<PathBuf> {
        deployment::master_key_file(settings)
    }
}

/// The short-lived store, if other processes than a server reach it.
fn shared_sessions(opened: &Deployment) -> Result<Option<sessions::Store>, StartError> {
    let open = |settings| Redis::open(settings, opened.clock.clone(), Arc::new(OnlyEnds));
    let redis = parts::redis(&opened.settings).map(open).transpose()?;
    Ok(redis.map(|redis| sessions::Store::new(Arc::new(redis))))
}

/// Commands end sessions and let nobody in by one, so a reign that has forgotten some does them no harm; the servers
/// apply again what had ended.
#[derive(Debug)]
struct OnlyEnds;

#[async_trait]
impl Recovery for OnlyEnds {
    async fn reapply(&self, _: &sessions::Store) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let exit = match error {
            OpenError::Store(error) => return AdminError::from(error).into(),
            OpenError::Hardware(ModuleError::Away(_) | ModuleError::Late)
            | OpenError::MasterKeyInModule(_, ModuleError::Away(_) | ModuleError::Late) => Exit::Away,
            OpenError::Hardware(_)
            | OpenError::MasterKeyInModule(..)
            | OpenError::NoModuleNamed
            | OpenError::NoModule { .. }
            | OpenError::DevelopmentKeys(_)
            | OpenError::NoMasterKey(_)
            | OpenError::MasterKey(_)
            | OpenError::MasterKeyVariable(_)
            | OpenError::MasterKeyGone(_)
            | OpenError::KeysFolder(..)
            | OpenError::OtherMasterKey(_)
            | OpenError::OtherRelyingParty { .. } => Exit::Settings,
            OpenError::NoDatabase(_)
            | OpenError::SchemaBehind(_)
            | OpenError::SchemaUnknown
            | OpenError::ServerKey(..)
            | OpenError::KeyRing(_)
            | OpenError::Rotation(_) => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::new(Exit::Settings, error.to_string())
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Open(error) => error.into(),
            RunError::Start(error) => error.into(),
            RunError::NotAsAsked(error) => match *error {
                NotAsAsked::Store(error) => OpenError::Store(error).into(),
                other => Self::new(Exit::Settings, other.to_string()),
            },
            RunError::Theme(_) | RunError::Logo(_) => Self::new(Exit::Settings, error.to_string()),
            RunError::Serve(_) | RunError::Signals(_) => Self::new(Exit::Failed, error.to_string()),
        }
    }
}

impl From<WitnessError> for Failure {
    fn from(error: WitnessError) -> Self {
        match error {
            WitnessError::Run(error) => error.into(),
            WitnessError::Name(_) | WitnessError::Log(_) => Self::new(Exit::Usage, error.to_string()),
            WitnessError::Folder(..) | WitnessError::Key(_) | WitnessError::Listen(..) | WitnessError::Serve(_) => {
                Self::new(Exit::Failed, error.to_string())
            }
        }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Run(error) => error.into(),
            DemoError::Settings(faults) => faults.into(),
            DemoError::Data(DataError::Store(error)) => OpenError::Store(error).into(),
            DemoError::Database(_) | DemoError::Redis(_) => Self::new(Exit::Usage, error.to_string()),
            DemoError::Folder(..)
            | DemoError::PortalPort(..)
            | DemoError::Data(_)
            | DemoError::Address(_)
            | DemoError::Portal(_)
            | DemoError::Registry(_)
            | DemoError::Staff(_) => Self::new(Exit::Failed, error.to_string()),
        }
    }
}
