//! `senid audit retire`: what was kept long enough, for deployments whose servers may remove nothing.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::house::{House, Reach};
use crate::cli::operator;
use crate::cli::output::Output;
use crate::config::Settings;
use crate::flows::admin::audit::retire;

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {}

pub async fn run(
    Arguments {}: Arguments,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let retired = retire::retire(&admin).await?;
    output.say(format_args!("{retired} events were retired"), &json!({ "retired": retired }))?;
    Ok(Exit::Done)
}
