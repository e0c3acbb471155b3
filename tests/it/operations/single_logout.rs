//! Who signs out at one portal is signed out at all of them: with the program itself, twice, on Postgres and Redis.

use std::sync::Arc;

use senid::app::SystemClock;

use super::processes::Deployment;
use crate::support::world::{AN, Browser, Office, Portal, clients, eventually};

/// Registers a client with a back channel, as an operator does.
fn register(deployment: &Deployment, client: &str, office: &Office) -> Portal {
    let registration = clients::registration(client);
    let kind: &[&str] = match registration.secret {
        "" => &["--auth", "none", "--application-type", "native"],
        _ => &["--secret-stdin"],
    };
    let back_channel = office.uri();
    let arguments = [
        &["client", "create", registration.id, "--name", registration.id][..],
        &["--redirect-uri", registration.redirect_uri, "--scope", registration.scope],
        &["--backchannel-logout-uri", &back_channel, "--backchannel-logout-session-required"],
        kind,
    ];
    deployment.operator.run_with(&arguments.concat(), registration.secret).ended(0);
    Portal::new(&deployment.issuer, registration, Arc::new(SystemClock))
}

/// How often each delivery in `state` was tried.
fn attempts(deployment: &Deployment, state: &str) -> Vec<u64> {
    let listed = deployment.operator.run(&["deliveries", "list", "--state", state, "--json"]).ended(0);
    listed.json_lines().iter().map(|delivery| delivery["attempts"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_at_one_portal_ends_the_others_and_one_that_was_down_hears_of_it_from_a_killed_server_s_heirs() {
    let mut deployment = Deployment::start().await;
    let office = |client| Office::new(&deployment.issuer, client, Arc::new(SystemClock));
    let (mut tax, mut app, mut sandbox) = (office("tax-office"), office("tax-app"), office("sandbox"));
    tax.opens();
    app.opens();
    let update = ["client", "update", "tax-office", "--backchannel-logout-uri", &tax.uri()];
    deployment.operator.run(&update).ended(0);
    let portals =
        [deployment.portal.clone(), register(&deployment, "tax-app", &app), register(&deployment, "sandbox", &sandbox)];

    let mut browser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());
    let (mut claims, mut hint) = (Vec::new(), String::new());
    for (portal, office) in portals.iter().zip([&tax, &app, &sandbox]) {
        let started = portal.start();
        let page = browser.open(&started.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let tokens = portal.exchange(&started, &page.code()).await;
        let told = portal.id_token(&tokens).await;
        office.signs_in(&told);
        claims.push(told);
        hint = tokens.id_token();
    }

    browser.open(&portals[2].logout(&[("id_token_hint", &hint)])).await;
    eventually("two portals end their sessions", async || {
        !tax.is_signed_in(&claims[0]) && !app.is_signed_in(&claims[1])
    })
    .await;
    eventually("the third was tried", async || {
        attempts(&deployment, "pending").first().is_some_and(|tries| *tries > 0)
    })
    .await;
    assert!(sandbox.is_signed_in(&claims[2]), "it is down");

    deployment.kill();
    sandbox.opens();
    deployment.restart().await;
    eventually("the third ends its session", async || !sandbox.is_signed_in(&claims[2])).await;
    eventually("all are delivered", async || attempts(&deployment, "delivered").len() == 3).await;
    assert!(attempts(&deployment, "pending").is_empty());
    assert_eq!((tax.told().len(), app.told().len()), (1, 1), "nobody who had heard of it is told again");
    deployment.stop();
}
