//! Logs, to standard error: JSON lines for machines, or text for people. Secrets and full identifiers never reach them. And traces, where
//! the settings say where to.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, fmt, prelude::*, registry};

use super::SystemClock;
use crate::config::{Log, LogFormat, LogLevel, Tracing};
use crate::crypto::random::SystemRandom;
use crate::flows::traces;

/// Starts to log. A second call in one process changes nothing.
pub fn start(log: &Log) {
    let filter = filter(log);
    let started = registry().with(filter).with(written(log)).try_init();
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}

/// As [`start`], and takes spans for the collector of traces, where there is one. Where there is none, this is [`start`].
pub fn start_with_traces(log: &Log, tracing: &Tracing) {
    if tracing.otlp.is_none() {
        return start(log);
    }
    let random = Arc::new(SystemRandom::new());
    let spans = traces::Layer::new(Arc::new(SystemClock), random, tracing.ratio.millionths());
    let wanted = Targets::new()
        .with_target(traces::CALLS, LevelFilter::TRACE)
        .with_target("senid::http::middleware::envelope", LevelFilter::INFO);
    let logs = written(log).with_filter(filter(log));
    if registry().with(logs).with(spans.with_filter(wanted)).try_init().is_err() {
        tracing::debug!("logging had been started before");
    }
}

fn filter(log: &Log) -> Targets {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // The libraries below tell more than logs should hold: of them only what is wrong, however much SenID tells.
    // Not an `EnvFilter`, which looks at every span each time that its request is taken up again.
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("senid", level)
        // It calls every mechanism of a hardware module that it has no name for an error; real ones come back as values.
        .with_target("cryptoki", LevelFilter::OFF)
}

fn written<S>(log: &Log) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    let logs = fmt::layer().with_writer(stderr);
    match log.format {
        LogFormat::Json => logs.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed(),
        LogFormat::Text => logs.with_ansi(stderr().is_terminal()).boxed(),
    }
}
