//! Logs, to standard error: JSON lines for machines, or text for people. Secrets and full identifiers never reach them.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{fmt, prelude::*, registry};

use crate::config::{Log, LogFormat, LogLevel};

/// Starts to log. A second call in one process changes nothing.
pub fn start(log: &Log) {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // The libraries below tell more than logs should hold: of them only what is wrong, however much SenID tells.
    // Not an `EnvFilter`, which looks at every span each time that its request is taken up again.
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("senid", level)
        // It calls every mechanism of a hardware module that it has no name for an error; real ones come back as values.
        .with_target("cryptoki", LevelFilter::OFF);
    let logs = fmt::layer().with_writer(stderr);
    let started = match log.format {
        LogFormat::Json => {
            let logs = logs.json().flatten_event(true).with_current_span(true).with_span_list(false);
            registry().with(filter).with(logs).try_init()
        }
        LogFormat::Text => registry().with(filter).with(logs.with_ansi(stderr().is_terminal())).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}
