//! The hardware module that the settings name, opened.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::config::{Settings, Token};
use crate::crypto::hardware::{AfterWrongPin, Module, ModuleError, ModuleSettings, TokenName};
use crate::flows::hardware::Hardware;

/// Opens it, and lets it answer once. One that is away for the moment is no reason not to start: it is opened when it is back, and
/// until then nothing is signed. One that was named wrong, or that refuses the PIN, is.
///
/// # Errors
/// What is to be put right first.
pub(super) async fn open(settings: &Settings) -> Result<Option<Arc<Hardware>>, ModuleError> {
    let Some(hardware) = start(settings, AfterWrongPin::Stop)? else { return Ok(None) };
    match hardware.look().await {
        Err(error @ (ModuleError::Away(_) | ModuleError::Late)) => {
            tracing::error!(%error, "the hardware module does not answer: what its keys sign waits until it does");
        }
        looked => drop(looked?),
    }
    Ok(Some(Arc::new(hardware)))
}

/// Loads it; nothing is said to its token yet.
///
/// # Errors
/// `Library`, `Threads`.
pub(super) fn start(settings: &Settings, after_wrong_pin: AfterWrongPin) -> Result<Option<Hardware>, ModuleError> {
    let Some(named) = &settings.keys.pkcs11 else { return Ok(None) };
    let module = Module::start(ModuleSettings {
        library: named.module.clone(),
        token: match &named.token {
            Token::Label(label) => TokenName::Label(label.clone()),
            Token::Serial(serial) => TokenName::Serial(serial.clone()),
        },
        pin: named.pin.clone(),
        threads: NonZeroU32::new(named.threads).unwrap_or(NonZeroU32::MIN),
        queue: named.queue as usize,
        deadline: named.deadline,
        after_wrong_pin,
    })?;
    Ok(Some(Hardware::new(module, named.deadline, settings.keys.signing)))
}
