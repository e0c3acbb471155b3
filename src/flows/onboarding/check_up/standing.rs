//! What is seen without asking anybody.

use url::{Host, Url};

use super::{Finding, SOON, Severity, What, date};
use crate::crypto::certificate;
use crate::crypto::jwk_set::JwkSet;
use crate::domain::client::{ApplicationType, Client, ClientAuthentication, ClientKeys, Kind, PkcePolicy, PolicyName};
use crate::domain::issuer::Issuer;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::stage::Stage;
use crate::domain::time::Timestamp;
use crate::protocol::redirect::is_loopback;

use Severity::{Error, Note, Warning};

pub(super) fn findings(client: &Client, issuer: &Issuer, now: Timestamp) -> Vec<Finding> {
    let mut found = Vec::new();
    redirect_uris(client, issuer, &mut found);
    sign_out(client, &mut found);
    display(client, &mut found);
    policy(client, &mut found);
    secret(client, now, &mut found);
    if let ClientKeys::Given(set) = &client.keys {
        keys("jwks", set.as_bytes(), client, now, &mut found);
    }
    found
}

/// Names of parameters that pages read where to go on from.
const LEADING: [&str; 9] =
    ["url", "uri", "next", "to", "redirect", "redirect_uri", "return_to", "returnurl", "continue"];

fn redirect_uris(client: &Client, issuer: &Issuer, found: &mut Vec<Finding>) {
    const PLACE: &str = "redirect_uris";
    let mut hosts: Vec<String> = Vec::new();
    for text in &client.redirect_uris {
        let Ok(uri) = Url::parse(text) else { continue };
        let is_of_the_web = matches!(uri.scheme(), "http" | "https");
        if is_of_the_web && is_loopback(&uri) {
            // A native application listens there; so does everything where SenID itself is on a developer's machine.
            if client.application_type == ApplicationType::Web && !issuer.is_loopback() {
                let severity = if client.stage == Stage::Production { Error } else { Note };
                found.push(Finding::new(severity, What::OwnMachine, PLACE, text));
            }
        } else if is_of_the_web {
            if matches!(uri.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) {
                found.push(Finding::new(Warning, What::IpAddress, PLACE, text));
            }
            hosts.extend(uri.host_str().map(str::to_owned));
        } else {
            found.push(Finding::new(Note, What::ClaimableScheme, PLACE, text));
            if !is_reversed(uri.scheme()) {
                found.push(Finding::new(Warning, What::SchemeNotReversed, PLACE, text));
            }
        }
        if uri.query_pairs().any(|(name, _)| LEADING.contains(&&*name.to_ascii_lowercase())) {
            found.push(Finding::new(Warning, What::LeadsElsewhere, PLACE, text));
        }
    }
    hosts.sort_unstable();
    hosts.dedup();
    if hosts.len() > 1 {
        found.push(Finding::new(Note, What::SeveralHosts, PLACE, hosts.join(" ")));
    }
}

/// Whether a scheme begins as domain names end: with a country's two letters or one of the names that are older.
fn is_reversed(scheme: &str) -> bool {
    let top = scheme.split('.').next().unwrap_or_default();
    let of_country = top.len() == 2 && top.bytes().all(|byte| byte.is_ascii_lowercase());
    of_country || ["com", "org", "net", "gov", "edu", "int", "mil", "info", "app", "dev"].contains(&top)
}

fn sign_out(client: &Client, found: &mut Vec<Finding>) {
    if !client.sends_people() {
        return;
    }
    let keeps_sessions = Kind::of(client) == Kind::Web;
    if keeps_sessions && client.logout.back_channel.is_none() && client.logout.front_channel.is_none() {
        found.push(Finding::new(Warning, What::NotToldOfSignOut, "backchannel_logout_uri", ""));
    }
    if client.post_logout_redirect_uris.is_empty() {
        found.push(Finding::new(Note, What::NoReturnAfterSignOut, "post_logout_redirect_uris", ""));
    }
}

fn display(client: &Client, found: &mut Vec<Finding>) {
    let display = &client.display;
    let people = client.serves_people();
    for (missing, what, place) in [
        (people && display.organisation.0.is_empty(), What::NoOrganisation, "organisation"),
        (people && display.purpose.0.is_empty(), What::NoPurpose, "purpose"),
        (people && display.policy_uri.is_none(), What::NoPrivacyPolicy, "policy_uri"),
        (display.contacts.is_empty(), What::NoContact, "contacts"),
    ] {
        if missing {
            found.push(Finding::new(Warning, what, place, ""));
        }
    }
    for (text, place) in [(&display.name, "client_name"), (&display.purpose, "purpose")] {
        // Said once for every language is said in one.
        if people && text.0.len() == 1 {
            found.push(Finding::new(Note, What::OneLanguage, place, text.in_language("")));
        }
    }
}

fn policy(client: &Client, found: &mut Vec<Finding>) {
    if client.response_types.iter().any(|response_type| response_type.issues_access_token()) {
        found.push(Finding::new(Warning, What::TokensThroughBrowser, "response_types", ""));
    }
    if client.sends_people() && client.policy.pkce == PkcePolicy::Optional {
        found.push(Finding::new(Warning, What::PkceOptional, "pkce", ""));
    }
    if client.policy.set == PolicyName::legacy_openid() {
        found.push(Finding::new(Warning, What::LegacyPolicy, "policy", client.policy.set.as_str()));
    }
    let unbound = client.authentication.is_public() && !client.policy.bound_access_tokens.dpop;
    if unbound && client.scopes.contains("offline_access") {
        found.push(Finding::new(Note, What::RefreshUnbound, "dpop_bound_access_tokens", ""));
    }
}

fn secret(client: &Client, now: Timestamp, found: &mut Vec<Finding>) {
    if let Some(until) = client.secret_until.filter(|until| *until < now + SOON) {
        let severity = if until <= now { Error } else { Warning };
        found.push(Finding::new(severity, What::SecretSoonOver, "client_secret", date(until)));
    }
    if let Some(former) = client.former_secret.filter(|former| now < former.until) {
        found.push(Finding::new(Note, What::FormerSecret, "client_secret", date(former.until)));
    }
}

/// What is wrong with a key set, wherever it was found.
pub(super) fn keys(place: &'static str, set: &[u8], client: &Client, now: Timestamp, found: &mut Vec<Finding>) {
    let parsed = match JwkSet::parse(set) {
        Ok(parsed) => parsed,
        Err(why) => {
            found.push(Finding::new(Error, What::KeysUnusable, place, format!("{place} {why}")));
            return;
        }
    };
    if let ClientAuthentication::PrivateKeyJwt { algorithm } = &client.authentication {
        let algorithms = algorithm.map_or(SignatureAlgorithm::ALL.to_vec(), |one| vec![one]);
        if !parsed.can_verify(&algorithms) {
            let named: Vec<_> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
            found.push(Finding::new(Error, What::NoFittingKey, place, named.join(" ")));
        }
    }
    let raw = parsed.keys();
    for key in raw {
        let kid = key.get("kid").and_then(serde_json::Value::as_str);
        if kid.is_none() && raw.len() > 1 {
            found.push(Finding::new(Warning, What::KeyWithoutId, place, ""));
        }
        if let Some(ends) = key_ends(key).filter(|ends| *ends < now + SOON) {
            let severity = if ends <= now { Error } else { Warning };
            let detail = format!("{} {}", kid.unwrap_or_default(), date(ends));
            found.push(Finding::new(severity, What::KeySoonOver, place, detail.trim()));
        }
    }
}

/// When a key of a set ends, or its certificate, whichever is first.
pub(in crate::flows::onboarding) fn key_ends(key: &serde_json::Map<String, serde_json::Value>) -> Option<Timestamp> {
    // `exp` is what some publish beside a key; the certificate says it by itself.
    let said = key.get("exp").and_then(serde_json::Value::as_i64).map(Timestamp::from_seconds);
    said.into_iter().chain(certificate_ends(key)).min()
}

/// When the certificate of a key ends (`x5c`, RFC 7517 §4.7).
fn certificate_ends(key: &serde_json::Map<String, serde_json::Value>) -> Option<Timestamp> {
    use base64::Engine;
    let first = key.get("x5c")?.as_array()?.first()?.as_str()?;
    let der = base64::engine::general_purpose::STANDARD.decode(first).ok()?;
    certificate::ends(&der)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::{ClientAuthentication, LogoutEndpoint};
    use crate::domain::secret::SecretHash;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn portal() -> Client {
        let secret = SecretHash::from_bytes([0; 32]);
        Client {
            redirect_uris: vec!["https://portal.example/callback".to_owned()],
            stage: Stage::Production,
            ..Client::new("portal".parse().unwrap(), ClientAuthentication::ClientSecretBasic { secret }, NOW)
        }
    }

    fn found(client: &Client) -> Vec<(&'static str, &'static str)> {
        let issuer: Issuer = "https://id.example".parse().unwrap();
        let found = findings(client, &issuer, NOW);
        found.iter().map(|finding| (finding.severity.as_str(), finding.what.as_str())).collect()
    }

    #[test]
    fn weak_redirect_uris_are_told_apart() {
        for (uri, expected) in [
            ("http://localhost:3000/cb", ("error", "redirect_own_machine")),
            ("https://192.0.2.7/cb", ("warning", "redirect_ip_address")),
            ("https://portal.example/cb?next=x", ("warning", "redirect_leads_elsewhere")),
            ("https://portal.example/cb?Return_To=x", ("warning", "redirect_leads_elsewhere")),
        ] {
            let client = Client { redirect_uris: vec![uri.to_owned()], ..portal() };
            assert!(found(&client).contains(&expected), "{uri}: {:?}", found(&client));
            assert!(!found(&portal()).contains(&expected), "{uri}");
        }
        let native = |uri: &str| Client {
            redirect_uris: vec![uri.to_owned()],
            application_type: ApplicationType::Native,
            ..portal()
        };
        assert!(found(&native("vn.gov.app:/cb")).contains(&("note", "redirect_claimable_scheme")));
        assert!(!found(&native("vn.gov.app:/cb")).contains(&("warning", "redirect_scheme_not_reversed")));
        assert!(found(&native("my.app:/cb")).iter().all(|(_, what)| *what != "redirect_own_machine"));
        assert!(found(&native("application.mine:/cb")).contains(&("warning", "redirect_scheme_not_reversed")));
        assert!(!found(&native("http://127.0.0.1/cb")).iter().any(|(_, what)| what.starts_with("redirect")));
        let sandbox = Client { stage: Stage::Sandbox, redirect_uris: vec!["http://localhost/".to_owned()], ..portal() };
        assert!(found(&sandbox).contains(&("note", "redirect_own_machine")));
    }

    #[test]
    fn whoever_says_all_that_citizens_and_the_authority_need_is_told_nothing() {
        let mut client = portal();
        let text = crate::domain::client::Localised(
            [("vi", "x"), ("en", "y")].map(|(tag, text)| (tag.into(), text.into())).into(),
        );
        client.display.name = text.clone();
        client.display.organisation = text.clone();
        client.display.purpose = text;
        client.display.contacts = vec!["it@portal.example".to_owned()];
        client.display.policy_uri = Some("https://portal.example/privacy".to_owned());
        client.post_logout_redirect_uris = vec!["https://portal.example/".to_owned()];
        let uri = "https://portal.example/logout".to_owned();
        client.logout.back_channel = Some(LogoutEndpoint { uri, session_required: true });
        assert!(found(&client).is_empty(), "{:?}", found(&client));
        client.display.purpose = crate::domain::client::Localised::plain("x");
        assert_eq!(found(&client), [("note", "one_language")]);
    }

    #[test]
    fn keys_that_end_or_fit_nothing_are_seen() {
        let key = |more: &str| {
            format!(
                r#"{{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"{more}}}"#
            )
        };
        let mut client = portal();
        client.authentication = ClientAuthentication::PrivateKeyJwt { algorithm: Some(SignatureAlgorithm::Es256) };
        for (keys, expected) in [
            (key(r#","kid":"a""#), None),
            (key(&format!(r#","kid":"a","exp":{}"#, NOW.seconds() + 86_400)), Some(("warning", "key_soon_over"))),
            (key(&format!(r#","kid":"a","exp":{}"#, NOW.seconds() - 1)), Some(("error", "key_soon_over"))),
            (format!("{},{}", key(r#","kid":"a""#), key("")), Some(("warning", "key_without_id"))),
            (
                r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#.to_owned(),
                Some(("error", "no_fitting_key")),
            ),
            (r#"{"kty":"oct","k":"c2VjcmV0"}"#.to_owned(), Some(("error", "keys_unusable"))),
        ] {
            client.keys = ClientKeys::Given(format!(r#"{{"keys":[{keys}]}}"#));
            let of_keys: Vec<_> = found(&client).into_iter().filter(|(_, what)| what.contains("key")).collect();
            assert_eq!(of_keys, expected.into_iter().collect::<Vec<_>>(), "{keys}");
        }
    }
}
