//! What a developer pasted, explained for their own client.

use crate::domain::administration::Permission;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::flows::admin::{AdminError, Administrator, registered_clients};
use crate::protocol::explain::{self, Expected, Explanation};

/// # Errors
/// `NotFound`; `Invalid` where the text is nothing that is known here.
pub async fn explain(admin: &Administrator, id: &ClientId, text: &str) -> Result<Explanation, AdminError> {
    admin.may_on(Permission::ClientShow, id)?;
    let client = registered_clients::show(admin, id).await?;
    of_client(admin, &client, text).await
}

/// As [`explain`], for a client that was loaded by whoever asks.
///
/// # Errors
/// As there.
pub async fn of_client(admin: &Administrator, client: &Client, text: &str) -> Result<Explanation, AdminError> {
    admin.may_on(Permission::ClientShow, &client.id)?;
    let now = admin.clock.now();
    let keys = admin.store.read().await?.key_pairs().load().await?;
    let kids: Vec<String> =
        keys.iter().filter(|stored| stored.key.is_published(now)).map(|stored| stored.key.kid.to_string()).collect();
    let settings = &admin.settings;
    let expected = Expected { client, issuer: &settings.issuer, kids: &kids, mode: settings.mode(), now };
    explain::explain(text, &expected).ok_or_else(|| {
        let told =
            "expected the address of an authorization request, the address that a visitor came back to, or a token";
        AdminError::invalid("text", told)
    })
}
