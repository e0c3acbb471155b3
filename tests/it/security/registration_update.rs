//! A client that registers itself approves nothing of itself, at first or by an update: CVE-2026-15572.

use http::Method;
use senid::domain::administration::approval::Matter;
use senid::domain::client::{ClientStatus, ConsentPolicy};
use senid::domain::stage::Stage;
use senid::domain::token_exchange::ExchangeRule;
use serde_json::json;

use crate::oauth::registration::{
    as_portal, manage, open, open_world, portal, portal_with, refusal, register, registered, text, update_of,
};
use crate::support::World;
use crate::support::world::AN;

#[tokio::test]
async fn a_first_registration_approves_nothing_of_itself() {
    let world = open_world().await;
    let told = registered(
        &world,
        &portal_with(json!({
            "organisation": "Tổng cục Thuế",
            "organisation_verified": true,
            "national_id_approved": true,
            "purpose": "x",
            "consent": "implied",
            "pkce": "optional",
            "status": "active",
            "sector_identifier": "tax.example",
            "policy": { "pkce": "optional", "consent": "implied", "front_channel_access_tokens": "mine" },
            "display": { "organisation_verified": true },
            "front_channel_access_tokens": "mine",
            "id": "tax-office",
        })),
    )
    .await;
    let stored = world.operator().client(text(&told, "client_id")).await;
    assert!(!stored.display.organisation_verified && stored.display.organisation.0.is_empty());
    assert_eq!((stored.policy.consent, stored.requires_pkce()), (ConsentPolicy::Ask, true));
    assert_eq!(stored.policy.front_channel_access_tokens, None);
    assert_eq!(stored.sector_identifier, "portal.example");
    assert!(!stored.scopes.contains("national_id"));
    let members: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert!(!members.iter().any(|member| ["organisation_verified", "consent", "policy"].contains(&member.as_str())));
}

#[tokio::test]
async fn an_update_is_held_against_the_rules_of_a_first_registration() {
    let world = open_world().await;
    let told = registered(&world, &portal()).await;
    for members in [
        json!({ "scope": "openid national_id" }),
        json!({ "response_types": ["id_token token"], "grant_types": ["implicit"] }),
        json!({ "subject_type": "public" }),
        json!({ "redirect_uris": ["JaVaScRiPt:alert(1)"] }),
        json!({ "redirect_uris": ["https://portal.example/callback", "https://evil.example/callback"] }),
        json!({ "logo_uri": "data:image/png;base64,AAAA" }),
        json!({ "initiate_login_uri": "http://portal.example/login" }),
        json!({ "jwks": { "keys": [{ "kty": "oct", "k": "AAAA" }] } }),
        json!({ "backchannel_logout_uri": "http://169.254.169.254/latest/meta-data" }),
    ] {
        let first = refusal(&register(&world, &portal_with(members.clone())).await);
        let body = update_of(&told, &portal_with(members.clone()));
        let update = refusal(&manage(&world, Method::PUT, &told, Some(&body)).await);
        assert_eq!((update.0, &update.1), (400, &first.1), "{members}: {}", update.2);
        assert_eq!(first.2, update.2, "{members}");
    }
    assert_eq!(manage(&world, Method::GET, &told, None).await.json()["scope"], told["scope"]);
}

/// The authority looked at a portal of this name, this look and these addresses.
#[tokio::test]
async fn an_approval_does_not_outlive_what_was_approved() {
    let world = open_world().await;
    let told = registered(&world, &portal()).await;
    let id = text(&told, "client_id");
    let approve = async || {
        world
            .operator()
            .changes(id, |client| {
                client.display.organisation_verified = true;
                client.policy.consent = ConsentPolicy::Implied;
                client.scopes = "openid profile national_id".parse().unwrap();
                client.token_exchange = vec![ExchangeRule {
                    from: "tax-office".parse().unwrap(),
                    resource: "https://land.example/api".parse().unwrap(),
                    scopes: "land.read".parse().unwrap(),
                }];
            })
            .await;
    };
    approve().await;
    let scope = json!({ "scope": "openid profile national_id", "contacts": ["a@portal.example"] });
    let same = manage(&world, Method::PUT, &told, Some(&update_of(&told, &portal_with(scope.clone())))).await;
    assert_eq!(same.status, 200, "{}", same.body);
    let told = same.json();
    let stored = world.operator().client(id).await;
    assert!(stored.display.organisation_verified && stored.scopes.contains("national_id"));
    assert_eq!(stored.token_exchange.len(), 1, "for whom it may act is the operator's to say, and stays");

    for change in [
        json!({ "client_name": "Ministry of Finance" }),
        json!({ "redirect_uris": ["https://portal.example/another"] }),
        json!({ "client_uri": "https://portal.example/" }),
        json!({ "token_endpoint_auth_method": "none" }),
    ] {
        let mut whole = portal_with(scope.clone());
        whole.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refused = refusal(&manage(&world, Method::PUT, &told, Some(&update_of(&told, &whole))).await);
        assert_eq!(refused.2, "scope: national_id is given by the authority's approval alone", "{change}");
    }
    let renamed = portal_with(json!({ "client_name": "Ministry of Finance" }));
    assert_eq!(manage(&world, Method::PUT, &told, Some(&update_of(&told, &renamed))).await.status, 200);
    let stored = world.operator().client(id).await;
    assert!(!stored.display.organisation_verified && !stored.scopes.contains("national_id"));
    assert_eq!(stored.policy.consent, ConsentPolicy::Ask);
    assert!(stored.token_exchange.is_empty());
}

/// Whoever could keep a sector and move elsewhere would be told the subjects of the portal whose host it is.
#[tokio::test]
async fn a_sector_is_not_carried_to_another_host() {
    let world = open_world().await;
    let told = registered(&world, &portal()).await;
    let moved = portal_with(json!({ "redirect_uris": ["https://evil.example/callback"] }));
    let refused = refusal(&manage(&world, Method::PUT, &told, Some(&update_of(&told, &moved))).await);
    let sentence =
        "sector_identifier_uri: subjects are derived from portal.example, which only the authority can change";
    assert_eq!(refused, (400, "invalid_client_metadata".to_owned(), sentence.to_owned()));

    // The authority moves the portal and keeps its sector; an update that changes neither goes through.
    let there = "https://new.example/callback";
    world.operator().changes(text(&told, "client_id"), |client| client.redirect_uris = vec![there.to_owned()]).await;
    let same = portal_with(json!({ "redirect_uris": [there], "contacts": ["a@new.example"] }));
    let kept = manage(&world, Method::PUT, &told, Some(&update_of(&told, &same))).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    assert_eq!(world.operator().client(text(&told, "client_id")).await.sector_identifier, "portal.example");
}

#[tokio::test]
async fn a_client_manages_itself_alone() {
    let world = open_world().await;
    let (one, two) = (registered(&world, &portal()).await, registered(&world, &portal()).await);
    let mut mixed = two.clone();
    mixed["registration_access_token"] = one["registration_access_token"].clone();
    for (method, body) in [(Method::GET, None), (Method::PUT, Some(update_of(&two, &portal()))), (Method::DELETE, None)]
    {
        assert_eq!(refusal(&manage(&world, method, &mixed, body.as_ref()).await).0, 401);
    }
    let theirs = update_of(&two, &portal_with(json!({ "client_name": "Taken" })));
    assert_eq!(refusal(&manage(&world, Method::PUT, &one, Some(&theirs)).await).0, 400);
    assert_eq!(manage(&world, Method::GET, &two, None).await.json()["client_name"], "Portal");
}

#[tokio::test]
async fn citizens_are_always_asked_and_told_that_nobody_vouches() {
    let world = open_world().await;
    let told = registered(&world, &portal()).await;
    let portal = as_portal(&world, &told);
    let mut browser = world.browser();
    let page = browser.open(&portal.start().url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert!(page.has("#allow") && page.words(".portal .care-text") == "Not verified");
}

/// Which people a client serves is the authority's to say: no member names it, and no update changes it.
#[tokio::test]
async fn an_update_leaves_the_sandbox_by_no_member() {
    let world = open_world().await;
    let mut told = registered(&world, &portal_with(json!({ "stage": "sandbox" }))).await;
    let id = text(&told, "client_id").to_owned();
    assert_eq!(world.operator().client(&id).await.stage, Stage::Production, "no member of a registration says so");
    world.operator().changes(&id, |client| client.stage = Stage::Sandbox).await;
    for members in [json!({ "stage": "production" }), json!({ "redirect_uris": ["https://portal.example/other"] })] {
        let body = update_of(&told, &portal_with(members.clone()));
        let reply = manage(&world, Method::PUT, &told, Some(&body)).await;
        assert_eq!(reply.status, 200, "{members}: {}", reply.body);
        told = reply.json();
        assert_eq!(world.operator().client(&id).await.stage, Stage::Sandbox, "{members}");
    }
}

/// What takes a second person of the administration is nothing that a client gives itself.
#[tokio::test]
async fn an_update_brings_no_address_and_no_scope_where_that_takes_a_second_person() {
    let world = World::embedded_with(|settings| {
        open(settings);
        settings.administration.approvals = Matter::ALL.to_vec();
    })
    .await;
    let first = portal_with(json!({ "scope": "openid profile" }));
    let told = registered(&world, &first).await;
    // Two people have approved it.
    world.operator().changes(text(&told, "client_id"), |client| client.status = ClientStatus::Active).await;
    for (members, error) in [
        (json!({ "redirect_uris": ["https://portal.example/other"] }), "invalid_redirect_uri"),
        (json!({ "scope": "openid profile email" }), "invalid_client_metadata"),
    ] {
        let mut wanted = first.clone();
        wanted.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let refused = refusal(&manage(&world, Method::PUT, &told, Some(&update_of(&told, &wanted))).await);
        assert_eq!((refused.0, refused.1.as_str()), (400, error), "{members}: {}", refused.2);
    }
    // Less than it has, and all that citizens are not told by, is its own to say.
    let less = portal_with(json!({ "scope": "openid" }));
    let reply = manage(&world, Method::PUT, &told, Some(&update_of(&told, &less))).await;
    assert_eq!((reply.status.as_u16(), reply.json()["scope"].as_str()), (200, Some("openid")), "{}", reply.body);
    // Nobody real comes to the sandbox: its developer changes it at will.
    let told = reply.json();
    world.operator().changes(text(&told, "client_id"), |client| client.stage = Stage::Sandbox).await;
    let other = portal_with(json!({ "scope": "openid email", "redirect_uris": ["https://portal.example/other"] }));
    let reply = manage(&world, Method::PUT, &told, Some(&update_of(&told, &other))).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}
