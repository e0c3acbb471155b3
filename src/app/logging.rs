//! Logs, to standard error: JSON lines for machines, or text for people. Secrets and full identifiers never reach them.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat, LogLevel};

/// Starts to log. A second call in one process changes nothing.
pub fn start(log: &Log) {
    // The libraries below tell more than logs should hold: of them only what is wrong, however much SenID tells.
    let filter = EnvFilter::new(match log.level {
        LogLevel::Error => "error".to_owned(),
        level => format!("warn,senid={}", level.as_str()),
    });
    let logs = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    let started = match log.format {
        LogFormat::Json => logs.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Text => logs.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}
