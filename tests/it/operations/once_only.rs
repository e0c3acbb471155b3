//! What is good once is good once across processes: two `senid serve` on one Postgres and one Redis, a hundred requests at
//! once that take turns between them.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

use senid::app::SystemClock;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Clock;
use tokio::task::JoinSet;

use super::processes::Deployment;
use crate::support::world::dpop::DpopKey;
use crate::support::world::{AN, Browser, Portal, TokenAnswer, assertion, clients};

const AT_ONCE: usize = 100;

/// What everyone was answered who did the same at the same time.
async fn at_once<F, R>(mut request: impl FnMut() -> F) -> Vec<R>
where
    F: Future<Output = R> + Send + 'static,
    R: Send + 'static,
{
    let mut requests = JoinSet::new();
    for _ in 0..AT_ONCE {
        requests.spawn(request());
    }
    requests.join_all().await
}

async fn signed_in(deployment: &Deployment) -> (Browser, TokenAnswer) {
    let portal = &deployment.portal;
    let mut browser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(&started, &page.code()).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    (browser, tokens)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_at_two_processes_one_redeems_the_code_and_one_the_request_uri() {
    let deployment = Deployment::start().await;
    let portal = &deployment.portal;
    let (mut browser, _) = signed_in(&deployment).await;

    let started = portal.start();
    let code = browser.open(&started.url()).await.code();
    let answers = at_once(|| {
        let (portal, started, code) = (portal.clone(), started.clone(), code.clone());
        async move { portal.exchange(&started, &code).await }
    })
    .await;
    // Whoever redeems it has it, until the others are seen: then what was granted is revoked, perhaps before it is answered.
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| {
        answer.status == 200 || !answer.refusal().1.starts_with("the code was already used; the tokens")
    });
    assert_eq!((won.len(), lost.len()), (1, AT_ONCE - 1));
    assert!(lost.iter().all(|answer| answer.refused(400) == "invalid_grant"));

    let started = portal.start();
    let pushed = portal.pushed(&started).await;
    let pages = at_once(|| {
        let (mut own, url) = (browser.clone(), pushed.url());
        async move { own.open(&url).await }
    })
    .await;
    let (told, refused): (Vec<_>, Vec<_>) = pages.into_iter().partition(|page| page.status == 303);
    assert_eq!((told.len(), refused.len()), (1, AT_ONCE - 1));
    assert_eq!(portal.exchange(&started, &told[0].code()).await.status, 200);
    deployment.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_at_two_processes_one_is_believed_for_an_assertion_and_one_for_a_proof() {
    let deployment = Deployment::start().await;
    let registration = clients::registration("customs");
    let keys = assertion::jwks(&[assertion::key(registration.id, SignatureAlgorithm::Es256)]).to_string();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), keys).unwrap();
    let client = ["client", "create", registration.id, "--name", "Customs", "--auth", "private_key_jwt"];
    let more = [
        "--redirect-uri",
        registration.redirect_uri,
        "--scope",
        "openid",
        "--jwks-file",
        file.path().to_str().unwrap(),
    ];
    deployment.operator.run(&[&client[..], &more].concat()).ended(0);
    let customs = Portal::new(&deployment.issuer, registration, Arc::new(SystemClock));

    let proof = customs.prove(&customs.assertion());
    let answers = at_once(|| {
        let (customs, proof) = (customs.clone(), proof.clone());
        async move {
            let asked = [("grant_type", "refresh_token"), ("refresh_token", "x")];
            customs.raw_token(&[], &[&asked[..], &assertion::form(&proof)].concat()).await.refusal().0
        }
    })
    .await;
    // The one whose assertion is believed is told of its refresh token.
    assert_eq!(answers.iter().filter(|error| *error == "invalid_grant").count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|error| *error == "invalid_client").count(), AT_ONCE - 1);

    let (portal, key) = (&deployment.portal, DpopKey::new("once only"));
    let (_, bearer) = signed_in(&deployment).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", &bearer.refresh_token())];
    let bound = portal.token_by(&key, &form).await.access_token();
    let url = format!("{}/userinfo", deployment.issuer);
    let claim = crate::support::world::dpop::ath(&bound);
    let proof = key.proof("GET", &url, SystemClock.now()).with("ath", claim).signed(key.key());
    let replies = at_once(|| {
        let (url, proof, token) = (url.clone(), proof.clone(), format!("DPoP {bound}"));
        async move { crate::support::world::web::get(&url, &[("authorization", &token), ("dpop", &proof)]).await }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!((won.len(), lost.len()), (1, AT_ONCE - 1), "{}", lost[0].body);
    assert!(lost.iter().all(|reply| reply.json()["error"] == "invalid_dpop_proof"));
    deployment.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_refreshes_at_two_processes_leave_one_live_branch() {
    let deployment = Deployment::start().await;
    let portal = &deployment.portal;
    let (_, tokens) = signed_in(&deployment).await;
    let answers = at_once(|| {
        let (portal, token) = (portal.clone(), tokens.refresh_token());
        async move { portal.refresh(&token).await.refresh_token() }
    })
    .await;
    let successors: HashSet<String> = answers.into_iter().collect();
    assert_eq!(successors.len(), 1);
    let successor = successors.into_iter().next().unwrap();
    assert_eq!(portal.refresh(&successor).await.status, 200);
    assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
    deployment.stop();
}
