//! SenID's program.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use senid::app::{self, SystemClock, SystemHouse, logging};
use senid::cli::{self, Administration, Arguments, Command, Failure, audit};
use senid::config::{Log, LogFormat, LogLevel};
use senid::domain::sandbox::Mode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { config, json, command } = Arguments::parse();
    let outcome = match command {
        Command::Administration(Administration::Audit(audit::Command::Witness(arguments))) => {
            logging::start(&Log { format: LogFormat::Text, level: LogLevel::Info });
            app::witness::run(arguments).await.map_err(Failure::from)
        }
        Command::Administration(command) => {
            // A command tells its result, and beside it only what goes wrong.
            logging::start(&Log { format: LogFormat::Text, level: LogLevel::Error });
            return cli::run(command, config.as_deref(), json, &SystemHouse::default()).await;
        }
        Command::Demo(arguments) => {
            logging::start(&Log { format: LogFormat::Text, level: LogLevel::Info });
            app::demo::run(arguments).await.map_err(Failure::from)
        }
        Command::Serve(arguments) => match cli::settings(config.as_deref(), &SystemClock) {
            Ok(loaded) => {
                logging::start_with_traces(&loaded.settings.log, &loaded.settings.tracing);
                for warning in &loaded.warnings {
                    tracing::warn!(%warning, "the settings");
                }
                let mode = if arguments.sandbox { Mode::Sandbox } else { Mode::Official };
                app::serve::run(Arc::new(loaded.settings), mode).await.map_err(Failure::from)
            }
            Err(faults) => Err(faults),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => cli::report(&failure),
    }
}
