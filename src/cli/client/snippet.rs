//! `senid client snippet`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::client::Library;
use crate::domain::ids::ClientId;
use crate::flows::admin::{Administrator, registered_clients};
use crate::web::snippet::{Values, render};

/// Prints what a developer puts into the application, with its own values. The secret is not among them: it is read from the
/// environment.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    id: ClientId,
    /// mod_auth_openidc, openid-client, openid-client-native, openid-client-service, spring-security, authlib, aspnet or
    /// oauth2-proxy.
    #[arg(long = "for", value_name = "LIBRARY")]
    library: Library,
}

pub async fn run(admin: &Administrator, arguments: &Arguments, output: &mut Output) -> Result<Exit, Failure> {
    let library = arguments.library;
    let client = registered_clients::show(admin, &arguments.id).await?;
    if let Some(why) = library.misfit(&client) {
        return Err(Failure::new(Exit::Failed, format!("{library} {why}")));
    }
    let values = Values {
        issuer: admin.settings.issuer.to_string(),
        client_id: client.id.to_string(),
        redirect_uri: library.redirect_uri(&client).unwrap_or_default().to_owned(),
        scope: client.scopes.to_string(),
        id_token_algorithm: client.policy.id_token_algorithm.name(),
    };
    let text = render(library.as_str(), &values).and_then(Result::ok).unwrap_or_default();
    match output.is_json() {
        true => {
            output.document(&json!({ "client_id": client.id.as_str(), "library": library.as_str(), "text": text }))?
        }
        false => output.line(format_args!("{}", text.trim_end()))?,
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_has_a_text_of_its_name() {
        let names: Vec<&str> = Library::ALL.into_iter().map(Library::as_str).collect();
        let mut texts = crate::web::snippet::LIBRARIES.to_vec();
        texts.sort_unstable();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, texts);
    }
}
