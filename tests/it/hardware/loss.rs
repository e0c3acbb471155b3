//! The token is pulled out, answers late, or signs wrongly, while citizens sign in.

use std::time::Duration;

use crate::support::world::proof::verify;

use super::*;

/// Looks until it is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..300 {
        looks.tick().await;
        if is_so().await {
            return;
        }
    }
    panic!("it never happens that {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_token_is_away_nothing_is_issued_and_when_it_is_back_all_is_well() {
    let house = House::start().await;
    let refresh = house.signed_in().await;
    let jwks = house.jwks().await;
    for _ in 0..2 {
        house.token.is_removed();
        for _ in 0..3 {
            let refused = house.portal.refresh(&refresh).await;
            assert_eq!(refused.status, 503, "{}", refused.body);
            assert_eq!(refused.headers["retry-after"], "5");
            assert_eq!(refused.json()["error"], "temporarily_unavailable");
            assert_eq!(refused.json()["error_description"], "the module that signs is away; try again later");
            assert!(refused.json().get("access_token").is_none() && refused.json().get("id_token").is_none());
        }
        let (status, health) = house.health().await;
        assert_eq!(
            (status, &health["parts"]["key_module"]["state"], &health["status"]),
            (503, &"away".into(), &"not ready".into())
        );
        assert!(house.metrics().await.contains("senid_hardware_up 0\n"));
        assert_eq!(house.jwks().await, jwks, "what was signed is verified still");

        house.token.is_returned();
        until("the server is ready again", async || house.health().await.0 == 200).await;
        let tokens = house.portal.refresh(&refresh).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        verify(&tokens.id_token(), &jwks);
    }
    assert!(house.metrics().await.contains("senid_hardware_signature_failures_total{reason=\"away\"}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_the_token_is_gone_is_seen_though_nobody_signs_in() {
    let house = House::start().await;
    house.token.is_removed();
    until("readiness says so", async || house.health().await.1["parts"]["key_module"]["state"] == "away").await;
    house.token.is_returned();
    until("readiness says so", async || house.health().await.1["parts"]["key_module"]["state"] == "up").await;
    house.signed_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_that_answers_late_is_not_waited_for_longer_than_its_deadline() {
    let token = Token::new();
    let between = token.between();
    let more = [
        IN_MODULE,
        ("SENID_KEYS__PKCS11__DEADLINE", "300ms"),
        ("SENID_KEYS__PKCS11__QUEUE", "4"),
        ("SENID_KEYS__PKCS11__THREADS", "2"),
    ];
    let house = House::start_with(token, &between, &more).await;
    let refresh = house.signed_in().await;
    house.token.tells("late 1500");
    #[expect(clippy::disallowed_methods, reason = "how long somebody waited is what is looked at")]
    let since = tokio::time::Instant::now();
    let refused = house.portal.refresh(&refresh).await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(refused.headers.contains_key("retry-after"));
    assert!(since.elapsed() < Duration::from_millis(1400), "{:?}", since.elapsed());
    let (status, health) = house.health().await;
    assert_eq!(
        (status, &health["parts"]["key_module"]["state"]),
        (200, &"behind".into()),
        "no server is taken out for it"
    );
    // Twenty at once: two are under way, four wait, and the others are told at once. What needs no signature goes on meanwhile.
    let many: Vec<_> = (0..20).map(|_| house.portal.refresh(&refresh)).collect();
    let discovery = format!("{}/.well-known/openid-configuration", house.issuer);
    let (answers, live) = tokio::join!(futures_util::future::join_all(many), web::get(&discovery, &[]));
    assert_eq!(live.status, 200);
    assert!(answers.iter().all(|answer| answer.status == 503), "{answers:?}");
    let metrics = house.metrics().await;
    for reason in ["late", "busy"] {
        assert!(
            metrics.contains(&format!("senid_hardware_signature_failures_total{{reason=\"{reason}\"}}")),
            "{metrics}"
        );
    }
    house.token.tells("pass 0");
    until("it answers in time again", async || house.portal.refresh(&refresh).await.status == 200).await;
    assert_eq!(house.health().await.1["parts"]["key_module"]["state"], "up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_that_was_made_wrong_is_never_handed_out() {
    let token = Token::new();
    let between = token.between();
    let mut house = House::start_with(token, &between, &[IN_MODULE]).await;
    let refresh = house.signed_in().await;
    house.token.tells("wrong 0");
    let refused = house.portal.refresh(&refresh).await;
    assert_eq!(refused.status, 500, "{}", refused.body);
    assert_eq!(refused.json()["error"], "server_error");
    let reason = "senid_hardware_signature_failures_total{reason=\"wrong_signature\"} 1";
    assert!(house.metrics().await.contains(reason));
    house.token.tells("pass 0");
    assert_eq!(house.portal.refresh(&refresh).await.status, 200);
    let Ran { out, err, .. } = house.stops();
    assert!([out, err].concat().contains("no signature of the key that was announced"));
}
