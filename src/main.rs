//! SenID's program.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use senid::app::{self, SystemClock, SystemHouse};
use senid::cli::{self, Arguments, Command, Exit, Failure};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { config, json, command } = Arguments::parse();
    // A server tells what it does; a command tells its result, and only what goes wrong beside it.
    let log = if matches!(command, Command::Administration(_)) { "error" } else { "info" };
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(log).init();
    let outcome = match command {
        Command::Administration(command) => {
            return cli::run(command, config.as_deref(), json, &SystemHouse::default()).await;
        }
        Command::Demo(arguments) => app::demo::run(arguments).await.map_err(|error| failed(error.to_string())),
        Command::Serve(_) => match cli::settings(config.as_deref(), &SystemClock) {
            Ok(loaded) => app::serve::run(Arc::new(loaded.settings)).await.map_err(Failure::from),
            Err(faults) => Err(faults),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => cli::report(&failure),
    }
}

fn failed(sentence: String) -> Failure {
    Failure::new(Exit::Failed, sentence)
}
