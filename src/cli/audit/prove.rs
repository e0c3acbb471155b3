//! `senid audit prove` and `consistency`: proofs for whoever has heads.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::house::{House, Reach};
use crate::cli::operator;
use crate::cli::output::Output;
use crate::config::Settings;
use crate::domain::ids::EventId;
use crate::flows::admin::audit::prove;

#[derive(Clone, Debug, clap::Args)]
pub struct Inclusion {
    /// The event's id.
    event: EventId,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Consistency {
    /// The number of the earlier head.
    first: u64,
    /// The number of the later head.
    second: u64,
}

/// What a program verifies: the document is the result, with or without `--json`.
pub async fn inclusion(
    Inclusion { event }: Inclusion,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let found = prove::inclusion(&admin, event).await?;
    let proof: Vec<String> = found.proof.iter().map(|hash| STANDARD.encode(hash)).collect();
    output.document(&json!({
        "event": found.record,
        "place": found.place,
        "size": found.head.size,
        "proof": proof,
        "head": found.head.note,
    }))?;
    Ok(Exit::Done)
}

pub async fn consistency(
    Consistency { first, second }: Consistency,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let found = prove::consistency(&admin, first, second).await?;
    let proof: Vec<String> = found.proof.iter().map(|hash| STANDARD.encode(hash)).collect();
    output.document(&json!({ "first": found.first.note, "second": found.second.note, "proof": proof }))?;
    Ok(Exit::Done)
}
