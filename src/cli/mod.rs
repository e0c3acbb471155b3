//! The command line: one file a command. Commands read what was typed, call a use case, and print what came of it.

mod admin;
mod approvals;
pub mod arguments;
pub mod audit;
mod capacity;
pub mod check_config;
mod citizen;
mod client;
mod deliveries;
pub mod demo;
mod details;
mod disclosure;
mod doctor;
mod exchange;
mod exit;
mod failure;
pub mod house;
mod key_changes;
mod key_module;
mod keys;
mod messages;
mod migrate;
mod operator;
mod organisation;
mod output;
mod registration;
mod registry;
mod resource;
pub mod serve;
mod standard_input;
mod store;
mod stream;
pub mod theme;
mod times;
mod trust;
mod webauthn;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub use arguments::{Administration, Arguments, Command};
pub use exit::Exit;
pub use failure::Failure;
pub use house::House;

use crate::config::{Loaded, Settings};
use crate::domain::time::Clock;
use output::Output;

/// The file of settings where none is named, if it is there.
const SETTINGS: &str = "senid.toml";

/// Runs an administrative command, and says on standard error why it could not be done.
pub async fn run(command: Administration, config: Option<&Path>, json: bool, house: &impl House) -> ExitCode {
    let mut output = Output::new(json);
    match dispatch(command, config, &mut output, house).await {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(),
    }
}

/// The settings that `--config`, `senid.toml` and the environment make together.
///
/// # Errors
/// Every fault there is.
pub fn settings(config: Option<&Path>, clock: &dyn Clock) -> Result<Loaded, Failure> {
    Ok(Settings::load(settings_file(config).as_deref(), std::env::vars(), clock.now())?)
}

/// Reports a failure of a command that has no output of its own.
pub fn report(failure: &Failure) -> ExitCode {
    failure.report()
}

fn settings_file(config: Option<&Path>) -> Option<PathBuf> {
    config.map(Path::to_owned).or_else(|| Path::new(SETTINGS).exists().then(|| SETTINGS.into()))
}

async fn dispatch(
    command: Administration,
    config: Option<&Path>,
    output: &mut Output,
    house: &impl House,
) -> Result<Exit, Failure> {
    if let Administration::CheckConfig = command {
        let file = settings_file(config);
        let now = house.clock().now();
        return Ok(check_config::run(output.is_json(), file.as_deref(), std::env::vars(), now, output.stdout())?);
    }
    if let Administration::Capacity(arguments) = &command {
        return capacity::run(arguments, output);
    }
    let settings = settings(config, house.clock())?.settings;
    match command {
        Administration::CheckConfig | Administration::Capacity(_) => Ok(Exit::Done),
        Administration::Migrate(arguments) => migrate::run(arguments, &settings, house, output).await,
        Administration::Keys(command) => keys::run(command, settings, house, output).await,
        Administration::Client(command) => client::run(command, settings, house, output).await,
        Administration::Resource(command) => resource::run(command, settings, house, output).await,
        Administration::Registration(command) => registration::run(command, settings, house, output).await,
        Administration::Registry(command) => registry::run(command, settings, house, output).await,
        Administration::Details(command) => details::run(command, settings, house, output).await,
        Administration::Citizen(command) => citizen::run(command, settings, house, output).await,
        Administration::Organisation(command) => organisation::run(command, settings, house, output).await,
        Administration::Store(command) => store::run(command, &settings, house, output).await,
        Administration::Audit(command) => audit::run(command, settings, house, output).await,
        Administration::Admin(command) => admin::run(command, settings, house, output).await,
        Administration::Approvals(command) => approvals::run(command, settings, house, output).await,
        Administration::Disclosure(command) => disclosure::run(command, settings, house, output).await,
        Administration::Exchange(command) => exchange::run(command, settings, house, output).await,
        Administration::Webauthn(command) => webauthn::run(command, settings, house, output).await,
        Administration::Trust(command) => trust::run(command, settings, house, output).await,
        Administration::Deliveries(command) => deliveries::run(command, settings, house, output).await,
        Administration::Stream(command) => stream::run(command, settings, house, output).await,
        Administration::Doctor(arguments) => doctor::run(arguments, settings, house, output).await,
        Administration::Messages(command) => messages::run(command, settings, house, output).await,
    }
}
