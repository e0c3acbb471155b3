//! Two servers and one token.

use crate::operations::processes::Deployment;
use crate::support::world::proof::{header, verify};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_with_one_token_sign_with_one_key_and_make_the_next_once() {
    let token = Token::new();
    let environment = token.environment(Path::new(MODULE));
    let more: Vec<(&'static str, String)> =
        environment.into_iter().chain([(IN_MODULE.0, IN_MODULE.1.to_owned())]).collect();
    let deployment = Deployment::start_with(&more).await;
    // Two operators at once.
    let rotations = [(); 2].map(|()| deployment.operator.start(&["keys", "rotate", "--now", "--alg", "ES256"]));
    for rotation in rotations {
        finish(rotation).ended(0);
    }
    let listed = deployment.operator.run(&["keys", "list", "--json"]).ended(0).json_lines();
    let kids: BTreeSet<String> = listed
        .iter()
        .filter(|key| key["algorithm"] == "ES256")
        .map(|key| format!("senid ES256 {}", key["kid"].as_str().unwrap()))
        .collect();
    let held: BTreeSet<String> =
        token.private_keys().into_iter().filter(|label| label.starts_with("senid ES256 ")).collect();
    assert_eq!(held, kids, "what the token holds is what the store speaks of");

    let portal = &deployment.portal;
    let mut browser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let mut tokens = portal.exchange(&started, &page.code()).await;
    let mut signers = BTreeSet::new();
    for _ in 0..8 {
        tokens = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let jwks = web::get(&format!("{}/jwks.json", deployment.issuer), &[]).await.json();
        verify(&tokens.id_token(), &jwks);
        signers.insert(header(&tokens.id_token())["kid"].to_string());
    }
    assert_eq!(signers.len(), 1, "whichever server was asked");
    deployment.stop();
}
