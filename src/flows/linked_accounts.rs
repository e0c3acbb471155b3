//! What a client is told of the accounts that people had with it: of the citizen at hand, and of its own alone.

use serde_json::{Value, json};

use crate::domain::claims::LINKED_ACCOUNTS;
use crate::domain::linked_account::LinkedAccount;
use crate::protocol::claims::Gate;

use super::{App, FlowError};

/// The claim, where it goes through the `gate` and there is anything to tell.
pub(super) async fn told(app: &App, gate: &Gate<'_>) -> Result<Option<(String, Value)>, FlowError> {
    if !gate.lets(LINKED_ACCOUNTS) {
        return Ok(None);
    }
    let links = app.store.read().await?.linked_accounts().at_client(gate.citizen.id, &gate.client.id).await?;
    Ok((!links.is_empty()).then(|| (LINKED_ACCOUNTS.to_owned(), claim(&links))))
}

fn claim(links: &[LinkedAccount]) -> Value {
    let member =
        |link: &LinkedAccount| json!({ "id": link.account.id.expose(), "linked_at": link.linked_at.seconds() });
    links.iter().map(member).collect()
}
