//! `/metrics`, on the operations listener alone.

use crate::support::World;
use crate::support::world::{AN, web};

#[tokio::test]
async fn what_happens_is_counted_and_names_nobody() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut guesser = world.browser();
    let page = guesser.open(&portal.start().url()).await;
    AN.tries(&mut guesser, &page, "a guess, a guess").await;
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    portal.refresh(&tokens.refresh_token()).await;
    portal.refresh("senid_rt_x").await;
    browser.open(&portal.start().with("response_type", "token").url()).await;
    let wrong = [("authorization", "Basic dGF4LW9mZmljZTp3cm9uZw==")];
    portal.raw_token(&wrong, &[("grant_type", "refresh_token")]).await;

    let reply = web::get(&format!("http://{}/metrics", world.operations(0)), &[]).await;
    assert!(reply.header("content-type").starts_with("application/openmetrics-text"));
    for line in [
        "senid_sign_ins_total{outcome=\"success\"} 1",
        "senid_sign_ins_total{outcome=\"wrong_password\"} 1",
        "senid_codes_issued_total 1",
        "senid_authorization_refusals_total{error=\"unsupported_response_type\"} 1",
        "senid_tokens_issued_total{grant_type=\"authorization_code\"} 1",
        "senid_tokens_issued_total{grant_type=\"refresh_token\"} 1",
        "senid_token_refusals_total{grant_type=\"refresh_token\",error=\"invalid_grant\"} 1",
        "senid_client_refusals_total 1",
        "senid_password_hash_queue 0",
    ] {
        assert!(reply.body.lines().any(|own| own == line), "{line} is not in\n{}", reply.body);
    }
    assert!(reply.body.contains("route=\"/sign-in/{id}/password\""), "a route is its pattern");
    assert!(!reply.body.contains(AN.identifier) && reply.body.ends_with("# EOF\n"));
    assert_eq!(world.get("/metrics").await.status, 404, "citizens and portals do not see it");
}

#[tokio::test]
async fn requests_are_told_apart_by_who_sends_them_and_queues_pools_and_parts_are_told() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, tokens) = world.signed_in(&portal, &AN).await;
    portal.refresh(&tokens.refresh_token()).await;
    browser.open(&world.at("/account")).await;
    world.get("/admin").await;
    world.get("/jwks.json").await;
    let metrics = web::get(&format!("http://{}/metrics", world.operations(0)), &[]).await.body;
    for (route, client) in
        [("/token", "web"), ("/account", "account"), ("/admin", "administration"), ("/jwks.json", "none")]
    {
        let is_told = |line: &str| {
            line.starts_with("senid_http_request_duration_seconds_count{")
                && line.contains(&format!("route=\"{route}\""))
                && line.contains(&format!("client=\"{client}\""))
        };
        assert!(metrics.lines().any(is_told), "{route} by {client} is not in\n{metrics}");
    }
    let gauge = |name: &str| -> f64 {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in\n{metrics}")).parse().unwrap()
    };
    assert!(gauge("senid_password_hashes_total") >= 1.0 && gauge("senid_password_hash_seconds_total") > 0.0);
    assert!(
        gauge("senid_database_connections{state=\"idle\"}") + gauge("senid_database_connections{state=\"used\"}") > 0.0
    );
    assert!(gauge("senid_database_connections_most") >= 2.0 && gauge("senid_fetches_at_once") >= 1.0);
    for part in ["identity_store", "short_lived_store", "schema", "signing_keys", "audit_writer"] {
        assert!((gauge(&format!("senid_part_up{{part=\"{part}\"}}")) - 1.0).abs() < 0.1, "{part}");
    }
    assert!(!metrics.contains("tax-office"), "no client is named");
}
