//! A client as it is printed.

use serde_json::{Value, json};

use super::{release, show_further as further};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::domain::client::{ApplicationType, Client, ClientKeys, ConsentPolicy, Localised, PkcePolicy};
use crate::domain::secret::SecretString;

/// A line of the list.
pub fn one_of_list(client: &Client, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        output.json_line(&to_json(client))?;
    } else {
        let (id, status) = (client.id.as_str(), client.status.as_str());
        let method = client.authentication.method().as_str();
        output.line(format_args!("{id:<24} {status:<8} {method:<20} {}", client.display.name.in_language("en")))?;
    }
    Ok(())
}

/// A client as it is registered now, and the secret that was made for it.
pub fn registered(
    client: &Client,
    secret: Option<&SecretString>,
    warnings: &[String],
    what: &str,
    output: &mut Output,
) -> Result<Exit, Failure> {
    for warning in warnings {
        output.remark(format_args!("warning: {warning}"));
    }
    let secret = secret.map(SecretString::expose);
    if output.is_json() {
        let mut document = to_json(client);
        document["client_secret"] = secret.into();
        output.document(&document)?;
        return Ok(Exit::Done);
    }
    output.line(format_args!("client {} {what}", client.id))?;
    whole(client, output)?;
    if let Some(secret) = secret {
        output.line(format_args!("\nIts secret, which is shown this once:\n{secret}"))?;
    }
    Ok(Exit::Done)
}

/// Everything there is.
pub fn whole(client: &Client, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.document(&to_json(client))?);
    }
    let (display, policy) = (&client.display, &client.policy);
    let mut rows = vec![("id", client.id.to_string()), ("status", client.status.as_str().to_owned())];
    rows.push(("stage", client.stage.to_string()));
    for (name, text) in
        [("name", &display.name), ("organisation", &display.organisation), ("purpose", &display.purpose)]
    {
        rows.extend(texts(text).map(|text| (name, text)));
    }
    let verified = if display.organisation_verified { "yes" } else { "no" };
    rows.push(("organisation verified", verified.to_owned()));
    rows.extend(display.home_uri.clone().map(|uri| ("home", uri)));
    rows.push(("redirect URIs", client.redirect_uris.join("\n")));
    if !client.post_logout_redirect_uris.is_empty() {
        rows.push(("after signing out", client.post_logout_redirect_uris.join("\n")));
    }
    rows.push(("policy", policy.set.to_string()));
    rows.push(("response types", response_types(client).join("\n")));
    rows.push(("grant types", grant_types(client).join("\n")));
    let exception = policy.front_channel_access_tokens.clone();
    rows.extend(exception.map(|why| ("access tokens through the browser", why)));
    for (name, endpoint) in
        [("told of sign-outs", &client.logout.back_channel), ("framed at sign-outs", &client.logout.front_channel)]
    {
        rows.extend(endpoint.as_ref().map(|endpoint| (name, endpoint.uri.clone())));
    }
    rows.push(("scopes", client.scopes.to_string()));
    rows.extend(further::rows(client));
    rows.extend(release::rows(client));
    rows.push(("authentication", authentication(client)));
    rows.extend(client.secret_until.map(|until| ("secret until", times::show(until))));
    rows.extend(client.former_secret.map(|former| ("former secret until", times::show(former.until))));
    rows.extend(keys_of(&client.keys).map(|keys| ("keys", keys)));
    rows.push(("application", application(client).to_owned()));
    rows.push(("subjects", format!("{} in sector {}", client.subject_type.as_str(), client.sector_identifier)));
    rows.push(("PKCE", pkce(client).to_owned()));
    rows.push(("consent", consent(client).to_owned()));
    rows.push(("ID tokens", policy.id_token_algorithm.to_string()));
    let software = &client.software;
    let version = software.version.as_deref().unwrap_or_default();
    rows.extend(software.id.as_ref().map(|id| ("software", format!("{id} {version}").trim_end().to_owned())));
    rows.extend(software.vouched_by.clone().map(|issuer| ("vouched for by", issuer)));
    rows.push(("created", times::show(client.created_at)));
    rows.push(("changed", times::show(client.updated_at)));
    Ok(output.table(&rows)?)
}

/// In the members of registration metadata (RFC 7591 §2) where those have them.
pub fn to_json(client: &Client) -> Value {
    let mut document = plain_json(client);
    if let Some(members) = document.as_object_mut() {
        members.extend(further::members(client));
        members.extend(release::members(client));
    }
    document
}

fn plain_json(client: &Client) -> Value {
    json!({
        "client_id": client.id.as_str(),
        "status": client.status.as_str(),
        "stage": client.stage,
        "name": client.display.name,
        "organisation": client.display.organisation,
        "purpose": client.display.purpose,
        "organisation_verified": client.display.organisation_verified,
        "home_uri": client.display.home_uri,
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "policy": client.policy.set.as_str(),
        "response_types": response_types(client),
        "grant_types": grant_types(client),
        "front_channel_access_tokens": client.policy.front_channel_access_tokens,
        "backchannel_logout_uri": client.logout.back_channel.as_ref().map(|endpoint| &endpoint.uri),
        "backchannel_logout_session_required":
            client.logout.back_channel.as_ref().is_some_and(|endpoint| endpoint.session_required),
        "frontchannel_logout_uri": client.logout.front_channel.as_ref().map(|endpoint| &endpoint.uri),
        "frontchannel_logout_session_required":
            client.logout.front_channel.as_ref().is_some_and(|endpoint| endpoint.session_required),
        "scope": client.scopes.to_string(),
        "token_endpoint_auth_method": client.authentication.method(),
        "token_endpoint_auth_signing_alg": client.authentication.signing_algorithm(),
        "client_secret_until": client.secret_until.map(times::show),
        "former_secret_until": client.former_secret.map(|former| times::show(former.until)),
        "jwks": given_keys(&client.keys),
        "jwks_uri": published_keys(&client.keys),
        "application_type": application(client),
        "subject_type": client.subject_type.as_str(),
        "sector_identifier": client.sector_identifier,
        "pkce": pkce(client),
        "consent": consent(client),
        "id_token_signed_response_alg": client.policy.id_token_algorithm.name(),
        "software_id": client.software.id,
        "software_version": client.software.version,
        "software_vouched_by": client.software.vouched_by,
        "created_at": times::show(client.created_at),
        "updated_at": times::show(client.updated_at),
    })
}

/// One text, or a line a language.
pub(in crate::cli) fn texts(text: &Localised) -> Option<String> {
    let line = |(language, text): (&String, &String)| match language.as_str() {
        "" => text.clone(),
        language => format!("{language}: {text}"),
    };
    let lines: Vec<String> = text.0.iter().map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn response_types(client: &Client) -> Vec<&'static str> {
    client.response_types.iter().map(|response_type| response_type.as_str()).collect()
}

fn grant_types(client: &Client) -> Vec<&'static str> {
    client.grant_types.iter().map(|grant_type| grant_type.as_str()).collect()
}

fn authentication(client: &Client) -> String {
    let method = client.authentication.method();
    client.authentication.signing_algorithm().map_or_else(|| method.to_string(), |name| format!("{method} with {name}"))
}

/// The address of the keys, or each key's id and type.
pub(in crate::cli) fn keys_of(keys: &ClientKeys) -> Option<String> {
    let line = |key: &Value| {
        let text = |name: &str| key[name].as_str();
        let kind = text("crv").or(text("kty")).unwrap_or_default();
        let details: Vec<&str> = [Some(kind), text("use"), text("alg")].into_iter().flatten().collect();
        format!("{} ({})", text("kid").unwrap_or("without an id"), details.join(", "))
    };
    let of_set = |set: Value| Some(set["keys"].as_array()?.iter().map(line).collect::<Vec<_>>().join("\n"));
    published_keys(keys).map(str::to_owned).or_else(|| of_set(given_keys(keys)?))
}

pub(in crate::cli) fn given_keys(keys: &ClientKeys) -> Option<Value> {
    match keys {
        ClientKeys::Given(set) => serde_json::from_str(set).ok(),
        _ => None,
    }
}

pub(in crate::cli) fn published_keys(keys: &ClientKeys) -> Option<&str> {
    match keys {
        ClientKeys::Published(uri) => Some(uri),
        _ => None,
    }
}

const fn application(client: &Client) -> &'static str {
    match client.application_type {
        ApplicationType::Web => "web",
        ApplicationType::Native => "native",
    }
}

const fn pkce(client: &Client) -> &'static str {
    match client.policy.pkce {
        PkcePolicy::Required => "required",
        PkcePolicy::Optional => "optional",
    }
}

const fn consent(client: &Client) -> &'static str {
    match client.policy.consent {
        ConsentPolicy::Ask => "ask",
        ConsentPolicy::Implied => "implied",
    }
}
