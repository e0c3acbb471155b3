//! `senid audit head`: the last signed head, for whoever keeps one.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::house::{House, Reach};
use crate::cli::output::Output;
use crate::cli::{operator, times};
use crate::config::Settings;
use crate::flows::admin::audit::{last_head, new_key, verify};

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {}

#[derive(Clone, Debug, clap::Args)]
pub struct NewKey {}

/// The new key, for whoever verifies heads.
pub async fn new_key(
    NewKey {}: NewKey,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let key = new_key::add(&admin).await?.to_string();
    output.say(format_args!("key  {key}"), &json!({ "key": key }))?;
    Ok(Exit::Done)
}

pub async fn run(
    Arguments {}: Arguments,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let keys: Vec<String> = verify::keys(&admin).await?.verifiers().iter().map(ToString::to_string).collect();
    let head = last_head(&admin).await?;
    if output.is_json() {
        let head = head.map(
            |head| json!({ "number": head.number, "size": head.size, "at": times::show(head.at), "note": head.note }),
        );
        output.document(&json!({ "keys": keys, "head": head }))?;
        return Ok(Exit::Done);
    }
    for key in keys {
        output.line(format_args!("key  {key}"))?;
    }
    match head {
        Some(head) => {
            output.line(format_args!("head {} of {}:", head.number, times::show(head.at)))?;
            output.line(head.note.trim_end())?;
        }
        None => output.line("no head has been signed yet")?,
    }
    Ok(Exit::Done)
}
