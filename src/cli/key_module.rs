//! `senid keys module`: the hardware module, looked at without the identity store.

use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::house::House;
use super::output::Output;
use crate::config::Settings;
use crate::crypto::hardware::{AfterWrongPin, ModuleError};

const NONE: &str = "the settings name no hardware module: set keys.pkcs11.module";

/// Logs in to the token and says what is in it.
///
/// # Errors
/// What keeps the module from being used.
pub(super) async fn run(
    try_pin: bool,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let after_wrong_pin = if try_pin { AfterWrongPin::TryOnce } else { AfterWrongPin::Stop };
    let module = house.key_module(&settings, after_wrong_pin)?.ok_or_else(|| Failure::new(Exit::Settings, NONE))?;
    let (token, held) = module.look().await.map_err(|error| Failure::new(exit_of(&error), error.to_string()))?;
    if output.is_json() {
        let keys: Vec<_> = held.iter().map(|key| json!({ "id": key.id.to_string(), "label": key.label })).collect();
        output.document(&json!({
            "label": token.label, "serial": token.serial, "model": token.model, "manufacturer": token.manufacturer,
            "keys": keys,
        }))?;
        return Ok(Exit::Done);
    }
    output.line(format_args!(
        "the token {} answers: serial number {}, {} by {}",
        token.label, token.serial, token.model, token.manufacturer
    ))?;
    for key in held {
        output.line(format_args!("{}  {}", key.id, key.label))?;
    }
    Ok(Exit::Done)
}

const fn exit_of(error: &ModuleError) -> Exit {
    match error {
        ModuleError::Away(_) | ModuleError::Late | ModuleError::Busy => Exit::Away,
        _ => Exit::Settings,
    }
}
