//! What a registration names and that lies elsewhere, fetched by the one fetcher: the sector's list, and the logo.

use url::Url;

use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::domain::client::{Client, FetchedLogo};
use crate::flows::App;
use crate::outbound::{FetchError, Purpose};
use crate::protocol::OAuthError;
use crate::protocol::registration::dynamic::{logo, sector};
use crate::storage::StoredLogo;

use super::RegistrationError;

/// Holds the redirect URIs against the list that the sector publishes (Registration §5).
pub(super) async fn check_sector(app: &App, client: &Client) -> Result<(), RegistrationError> {
    let Some(uri) = &client.sector_identifier_uri else { return Ok(()) };
    let document = fetch(app, uri, Purpose::SectorIdentifierUri).await?;
    Ok(sector::check_document(&document, &client.redirect_uris)?)
}

/// The picture that `logo_uri` leads to, whose hash is written into the client. One that is kept already under this
/// address stays as it is: it is what was looked at when the authority decided about the client.
pub(super) async fn fetch_logo(
    app: &App,
    client: &mut Client,
    existing: Option<&Client>,
) -> Result<Option<StoredLogo>, RegistrationError> {
    let Some(wanted) = &mut client.display.fetched_logo else { return Ok(None) };
    let kept = existing.and_then(|existing| existing.display.fetched_logo.as_ref());
    if let Some(FetchedLogo { hash, .. }) = kept.filter(|kept| kept.uri == wanted.uri) {
        wanted.hash.clone_from(hash);
        return Ok(None);
    }
    let picture = fetch(app, &wanted.uri, Purpose::LogoUri).await?;
    let media_type = logo::media_type(&picture).ok_or_else(|| {
        OAuthError::invalid_client_metadata("logo_uri: leads to something else than a PNG, JPEG, WebP or GIF picture")
    })?;
    wanted.hash = base64url::encode(&sha256(&picture));
    Ok(Some(StoredLogo { media_type: media_type.to_owned(), picture }))
}

async fn fetch(app: &App, uri: &str, purpose: Purpose) -> Result<Vec<u8>, RegistrationError> {
    let refused = |why: FetchError| OAuthError::invalid_client_metadata(format!("{}: {why}", purpose.as_str()));
    let uri = Url::parse(uri).map_err(|_| refused(FetchError::NoHost))?;
    Ok(app.outbound.get(&uri, purpose).await.map_err(refused)?.bytes)
}
