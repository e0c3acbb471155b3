use super::*;
use crate::crypto::hash::hash_secret;
use crate::domain::client::ClientAuthentication;
use crate::domain::resource::{ResourceServer, ResourceStatus, ScopeTerms};
use crate::domain::time::Timestamp;

const ISSUER: &str = "https://id.example";
const HEALTH: &str = "https://health.example/api";
const TAX: &str = "https://tax.example/api";
const CLOSED: &str = "https://closed.example/api";

fn id(text: &str) -> ResourceId {
    text.parse().unwrap()
}

fn ids(texts: &[&str]) -> Vec<ResourceId> {
    texts.iter().copied().map(id).collect()
}

fn scopes(text: &str) -> ScopeSet {
    text.parse().unwrap()
}

fn registry() -> ResourceRegistry {
    let server = |name: &str, scope: &str, details: &[&str], status| ResourceServer {
        scopes: scopes(scope).iter().map(|scope| (scope.clone(), ScopeTerms::default())).collect(),
        authorization_details_types: details.iter().map(|&kind| kind.to_owned()).collect(),
        status,
        ..ResourceServer::new(id(name), Timestamp::from_seconds(1))
    };
    ResourceRegistry::new([
        server(HEALTH, "health.read health.write", &["prescription"], ResourceStatus::Active),
        server(TAX, "tax.read", &[], ResourceStatus::Active),
        server(CLOSED, "closed.read", &[], ResourceStatus::Disabled),
    ])
}

fn client(resources: &[&str]) -> Client {
    let authentication = ClientAuthentication::ClientSecretBasic { secret: hash_secret(b"secret") };
    Client {
        scopes: scopes("openid profile offline_access health.read health.write tax.read closed.read"),
        resources: resources.iter().copied().map(id).collect(),
        ..Client::new("portal".parse().unwrap(), authentication, Timestamp::from_seconds(1))
    }
}

fn details(kinds: &[&str]) -> AuthorizationDetails {
    let detail =
        |kind: &&str| AuthorizationDetail { kind: (*kind).to_owned(), json: format!(r#"{{"type":"{kind}"}}"#) };
    AuthorizationDetails(kinds.iter().map(detail).collect())
}

/// What the request is for, or the error.
fn wanted(named: &[&str], scope: &str, kinds: &[&str]) -> Result<Vec<String>, String> {
    let (registry, client) = (registry(), client(&[HEALTH, TAX, CLOSED]));
    let asked = Held { resources: &[], scope: &scopes(scope), authorization_details: &details(kinds) };
    let wanted = Reach { issuer: ISSUER, registry: &registry, client: &client }.wanted(&ids(named), asked);
    wanted.map(|ids| ids.iter().map(ToString::to_string).collect()).map_err(|error| error.code.as_str().to_owned())
}

/// Audience and scope of the token, or the error.
fn narrowed(registered: &[&str], held: &[&str], scope: &str, named: &[&str]) -> Result<(Vec<String>, String), String> {
    let (registry, client) = (registry(), client(registered));
    let none = AuthorizationDetails::default();
    let held = Held { resources: &ids(held), scope: &scopes(scope), authorization_details: &none };
    let target = Reach { issuer: ISSUER, registry: &registry, client: &client }.narrow(held, &ids(named));
    let told = |target: Target| (target.audience.iter().map(ToString::to_string).collect(), target.scope.to_string());
    target.map(told).map_err(|error| error.code.as_str().to_owned())
}

fn of(audience: &[&str], scope: &str) -> Result<(Vec<String>, String), String> {
    Ok((audience.iter().map(|&name| name.to_owned()).collect(), scope.to_owned()))
}

fn refused<T>(code: &str) -> Result<T, String> {
    Err(code.to_owned())
}

#[test]
fn a_request_that_names_none_is_for_whomever_its_scopes_belong_to() {
    let for_whom = |named: &[&str]| Ok(named.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    assert_eq!(wanted(&[], "openid profile", &[]), for_whom(&[]));
    assert_eq!(wanted(&[], "openid health.read", &[]), for_whom(&[HEALTH, ISSUER]));
    assert_eq!(wanted(&[], "health.read tax.read", &[]), for_whom(&[HEALTH, TAX]));
    assert_eq!(wanted(&[], "", &["prescription"]), for_whom(&[HEALTH]));
    // A type that nobody says they understand stays here.
    assert_eq!(wanted(&[], "", &["payment"]), for_whom(&[]));
    assert_eq!(wanted(&[], "openid closed.read", &[]), for_whom(&[]));
}

#[test]
fn what_is_named_is_what_it_is_for_and_everything_asked_belongs_there() {
    let for_whom = |named: &[&str]| Ok(named.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    assert_eq!(wanted(&[HEALTH], "openid health.read", &[]), for_whom(&[HEALTH]));
    assert_eq!(wanted(&[HEALTH, ISSUER], "openid health.read", &[]), for_whom(&[HEALTH, ISSUER]));
    assert_eq!(wanted(&[HEALTH], "openid", &["prescription"]), for_whom(&[HEALTH]));
    assert_eq!(wanted(&[HEALTH], "openid health.read tax.read", &[]), refused("invalid_scope"));
    assert_eq!(wanted(&[HEALTH], "openid health.read", &["payment"]), refused("invalid_target"));
    assert_eq!(wanted(&[HEALTH, TAX], "openid health.read", &[]), refused("invalid_target"));
    assert_eq!(wanted(&[CLOSED], "openid closed.read", &[]), refused("invalid_target"));
    assert_eq!(wanted(&["https://unknown.example/"], "openid", &[]), refused("invalid_target"));
}

#[test]
fn a_token_carries_the_scopes_of_those_that_it_is_for() {
    let all = &[HEALTH, TAX, CLOSED];
    let (held, scope) = (&[ISSUER, HEALTH, TAX], "openid profile health.read tax.read");
    assert_eq!(narrowed(all, held, scope, &[]), of(held, "health.read openid profile tax.read"));
    assert_eq!(narrowed(all, held, scope, &[HEALTH]), of(&[HEALTH], "health.read"));
    assert_eq!(narrowed(all, held, scope, &[TAX, ISSUER]), of(&[TAX, ISSUER], "openid profile tax.read"));
    assert_eq!(narrowed(all, &[], "openid profile", &[ISSUER]), of(&[ISSUER], "openid profile"));
    // A scope whose owner was not granted goes nowhere.
    assert_eq!(narrowed(all, &[], "openid health.read", &[]), of(&[ISSUER], "openid"));
    assert_eq!(narrowed(all, &[HEALTH], "openid health.read", &[]), of(&[HEALTH], "health.read"));
}

#[test]
fn nothing_is_widened() {
    let all = &[HEALTH, TAX, CLOSED];
    assert_eq!(narrowed(all, &[HEALTH], "openid health.read tax.read", &[TAX]), refused("invalid_target"));
    assert_eq!(narrowed(all, &[HEALTH], "openid health.read", &[ISSUER]), refused("invalid_target"));
    assert_eq!(narrowed(all, &[], "openid health.read", &[HEALTH]), refused("invalid_target"));
    // Refreshed with less: the resource has nothing left.
    assert_eq!(narrowed(all, &[ISSUER, HEALTH], "openid", &[HEALTH]), refused("invalid_target"));
    assert_eq!(narrowed(all, &[ISSUER, HEALTH], "openid", &[]), of(&[ISSUER], "openid"));
}

#[test]
fn what_was_taken_away_is_gone() {
    let scope = "openid closed.read health.read";
    assert_eq!(
        narrowed(&[HEALTH, CLOSED], &[ISSUER, HEALTH, CLOSED], scope, &[]),
        of(&[ISSUER, HEALTH], "health.read openid")
    );
    assert_eq!(narrowed(&[], &[ISSUER, HEALTH], scope, &[]), of(&[ISSUER], "openid"));
    assert_eq!(narrowed(&[], &[HEALTH], scope, &[]), refused("invalid_target"));
    assert_eq!(narrowed(&[], &[ISSUER, HEALTH], scope, &[HEALTH]), refused("invalid_target"));
    assert_eq!(narrowed(&[CLOSED], &[CLOSED], scope, &[CLOSED]), refused("invalid_target"));
}

#[test]
fn a_client_that_has_no_scope_at_all_still_has_a_token_of_this_server_s() {
    assert_eq!(narrowed(&[], &[], "", &[]), of(&[ISSUER], ""));
}

#[test]
fn details_go_where_they_are_understood() {
    let (registry, client) = (registry(), client(&[HEALTH, TAX]));
    let (scope, held_details) = (scopes("openid health.read tax.read"), details(&["prescription", "payment"]));
    let resources = ids(&[ISSUER, HEALTH, TAX]);
    let held = Held { resources: &resources, scope: &scope, authorization_details: &held_details };
    let reach = Reach { issuer: ISSUER, registry: &registry, client: &client };
    for (named, kinds) in [(HEALTH, &["prescription"][..]), (ISSUER, &["payment"]), (TAX, &[])] {
        let target = reach.narrow(held, &ids(&[named])).unwrap();
        assert_eq!(target.authorization_details, details(kinds), "{named}");
    }
}

#[test]
fn a_resource_is_read_as_it_stands_and_each_once() {
    let form = |text: &str| Parameters::decode(text.as_bytes()).unwrap();
    let both = form("resource=https%3A%2F%2Fa.example%2F&resource=urn%3Ab&resource=urn%3Ab");
    assert_eq!(read(&both).unwrap(), ids(&["https://a.example/", "urn:b"]));
    for wrong in ["relative", "https://a.example/#part", "not a uri"] {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).append_pair("resource", wrong).finish();
        assert_eq!(read(&form(&encoded)).unwrap_err().code.as_str(), "invalid_target", "{wrong}");
    }
    let many: Vec<String> = (0..17).map(|number| format!("resource=urn%3A{number}")).collect();
    assert_eq!(read(&form(&many.join("&"))).unwrap_err().code.as_str(), "invalid_target");
}
