//! SenID's program.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use senid::app::{self, SystemClock};
use senid::cli;
use senid::config::Settings;
use senid::domain::time::Clock;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(name = "senid", version, about)]
struct Senid {
    #[arg(long, global = true, env = "SENID_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(cli::serve::Arguments),
    Demo(cli::demo::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter("info").init();
    let senid = Senid::parse();
    let outcome = match senid.command {
        Command::Demo(arguments) => app::demo::run(arguments).await.map_err(|error| error.to_string()),
        Command::Serve(_) => match Settings::load(senid.config.as_deref(), std::env::vars(), SystemClock.now()) {
            Ok(loaded) => app::serve::run(Arc::new(loaded.settings)).await.map_err(|error| error.to_string()),
            Err(faults) => Err(faults.to_string()),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("senid: {error}");
            ExitCode::FAILURE
        }
    }
}
