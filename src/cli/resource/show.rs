//! A resource server as it is printed.

use serde_json::{Value, json};

use crate::cli::client::{given_keys, keys_of, published_keys, texts};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::domain::ids::ClientId;
use crate::domain::resource::{ResourceServer, ScopeTerms};
use crate::domain::scope::Scope;
use crate::flows::admin::resource_servers::Registered;

/// A line of the list.
pub fn one_of_list(server: &ResourceServer, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json_line(&to_json(server))?);
    }
    let (status, format) = (server.status.as_str(), server.token_format.as_str());
    Ok(output.line(format_args!("{:<40} {status:<8} {format:<6} {}", server.id, server.name.in_language("en")))?)
}

/// A resource server as it is registered now.
pub fn registered(registered: &Registered, what: &str, output: &mut Output) -> Result<Exit, Failure> {
    for warning in &registered.warnings {
        output.remark(format_args!("warning: {warning}"));
    }
    if !output.is_json() {
        output.line(format_args!("resource server {} {what}", registered.server.id))?;
    }
    whole(&registered.server, output)?;
    Ok(Exit::Done)
}

/// Everything there is.
pub fn whole(server: &ResourceServer, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.document(&to_json(server))?);
    }
    let lines = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join("\n"));
    let mut rows = vec![("resource", server.id.to_string()), ("status", server.status.as_str().to_owned())];
    rows.extend(texts(&server.name).map(|name| ("name", name)));
    rows.extend(lines(server.scopes.iter().map(scope).collect()).map(|scopes| ("scopes", scopes)));
    let types = server.authorization_details_types.iter().cloned().collect();
    rows.extend(lines(types).map(|types| ("authorization details", types)));
    rows.push(("tokens", server.token_format.as_str().to_owned()));
    rows.push(("signed with", server.algorithm.to_string()));
    rows.extend(server.encryption.map(|with| ("encrypted with", format!("{}, {}", with.alg, with.enc))));
    rows.extend(keys_of(&server.keys).map(|keys| ("keys", keys)));
    let introspectors = server.introspected_by.iter().map(ClientId::to_string).collect();
    rows.extend(lines(introspectors).map(|clients| ("introspected by", clients)));
    rows.push(("created", times::show(server.created_at)));
    rows.push(("changed", times::show(server.updated_at)));
    Ok(output.table(&rows)?)
}

fn scope((scope, terms): (&Scope, &ScopeTerms)) -> String {
    let sensitive = if terms.sensitive { " (sensitive)" } else { "" };
    match texts(&terms.description) {
        None => format!("{scope}{sensitive}"),
        Some(description) => format!("{scope}{sensitive}\n  {}", description.replace('\n', "\n  ")),
    }
}

/// In the members that `senid resource create --from` reads, and what it became.
fn to_json(server: &ResourceServer) -> Value {
    json!({
        "resource": server.id,
        "status": server.status.as_str(),
        "name": server.name,
        "scopes": server.scopes,
        "authorization_details_types": server.authorization_details_types,
        "token_format": server.token_format.as_str(),
        "signing_alg": server.algorithm.name(),
        "encryption_alg": server.encryption.map(|with| with.alg.name()),
        "encryption_enc": server.encryption.map(|with| with.enc.name()),
        "jwks": given_keys(&server.keys),
        "jwks_uri": published_keys(&server.keys),
        "introspected_by": server.introspected_by,
        "created_at": times::show(server.created_at),
        "updated_at": times::show(server.updated_at),
    })
}
