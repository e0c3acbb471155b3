//! Which tokens open the door, and which do not.

use std::net::Ipv4Addr;
use std::time::Duration;

use http::Method;
use senid::domain::administration::Role;
use senid::domain::client::PolicyName;
use senid::domain::time::Clock;
use serde_json::json;

use super::{BASE, Program, every_area, is_problem, program, program_of_administrators, world};
use crate::support::world::dpop::ath;
use crate::support::world::resources::{LAND, for_itself, registered_for, server};
use crate::support::world::{AN, BINH, DpopKey, Reply, web};

impl Program {
    /// Shows its token so, with a proof by `key` or none.
    async fn shows(&self, scheme: &str, key: Option<&DpopKey>) -> Reply {
        let url = format!("{}{BASE}/clients", self.issuer);
        let proof =
            key.map(|key| key.proof("GET", &url, self.clock.now()).with("ath", ath(&self.token)).signed(key.key()));
        let authorization = format!("{scheme} {}", self.token);
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(proof.as_deref().map(|proof| ("dpop", proof)));
        web::send(Method::GET, &url, &headers, None, Ipv4Addr::LOCALHOST.into()).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_good_with_its_key_and_with_nothing_else() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Administrator]).await;
    assert_eq!(program.get("/clients").await.status, 200);
    for (scheme, key) in
        [("Bearer", None), ("DPoP", None), ("Bearer", Some(&program.key)), ("DPoP", Some(&DpopKey::new("a thief's")))]
    {
        let refused = program.shows(scheme, key).await;
        is_problem(&refused, 401, "unauthenticated");
        assert!(refused.header("www-authenticate").contains("error=\"invalid_"), "{:?}", refused.headers);
    }
    let forged = Program { token: format!("{}x", program.token), ..program };
    is_problem(&forged.get("/clients").await, 401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_another_audience_opens_nothing() {
    let world = world().await;
    let mut staff = world.staff(&AN, &[Role::Administrator]).await;
    // SenID's own userinfo, and another resource server.
    let userinfo = Program::of(&world, &mut staff, &AN, "profile").await;
    is_problem(&userinfo.get("/clients").await, 401, "unauthenticated");
    world.operator().opens(&server(LAND, "land.read")).await;
    world.operator().changes("customs", registered_for(LAND, "land.read")).await;
    let land = Program::of(&world, &mut staff, &AN, "land.read").await;
    is_problem(&land.get("/clients").await, 401, "unauthenticated");
    // For both, which the other one could bring here.
    let both = Program::of(&world, &mut staff, &AN, &format!("land.read {}", every_area())).await;
    is_problem(&both.get("/clients").await, 401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_reaches_the_areas_of_its_scopes() {
    let world = world().await;
    let mut staff = world.staff(&AN, &[Role::Administrator]).await;
    let program = Program::of(&world, &mut staff, &AN, "senid.admin.key").await;
    let refused = program.get("/clients").await;
    is_problem(&refused, 403, "forbidden");
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("error=\"insufficient_scope\"") && challenge.contains("scope=\"senid.admin.client\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_ended_is_let_in_no_more() {
    let world = world().await;
    let operator = world.operator();
    let (mut staff, program) = program(&world, &[Role::Administrator]).await;
    // The role.
    world.withdraws(&AN, Role::Administrator).await;
    is_problem(&program.get("/clients").await, 403, "forbidden");
    world.grants(&AN, Role::Administrator).await.unwrap();
    assert_eq!(program.get("/clients").await.status, 200);
    // The client.
    operator.changes("customs", |client| client.policy.set = PolicyName::baseline()).await;
    is_problem(&program.get("/clients").await, 401, "unauthenticated");
    operator.changes("customs", program_of_administrators(&world.issuer)).await;
    assert_eq!(program.get("/clients").await.status, 200);
    // The grant.
    let portal = world.portal("customs");
    let other = Program::of(&world, &mut staff, &AN, &every_area()).await;
    assert_eq!(portal.revoke(&other.token).await.status, 200);
    is_problem(&other.get("/clients").await, 401, "unauthenticated");
    // The account.
    let other = Program::of(&world, &mut staff, &AN, &every_area()).await;
    operator.locks(&AN).await;
    is_problem(&other.get("/clients").await, 401, "unauthenticated");
    is_problem(&program.get("/clients").await, 401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ended_ends_its_tokens() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::Registrar]).await;
    let own = world.operator().id_of(&AN).await;
    let listed = program.get(&format!("/citizens/{own}/sessions")).await.json();
    let sessions = listed["items"].as_array().unwrap().len();
    assert!(sessions > 0, "{listed}");
    let ended = program.post(&format!("/citizens/{own}/sessions/end"), &json!({})).await;
    is_problem(&ended, 400, "malformed");
    let ended = program.send_text(Method::POST, &format!("/citizens/{own}/sessions/end"), &[], None).await;
    assert_eq!((ended.status.as_u16(), &ended.json()["sessions_ended"]), (200, &json!(sessions)), "{}", ended.body);
    let refused = program.get(&format!("/citizens/{own}/sessions")).await;
    is_problem(&refused, 401, "unauthenticated");
    assert!(refused.header("www-authenticate").contains("error=\"invalid_token\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_by_itself_administers_nothing() {
    let world = world().await;
    let _staff = world.staff(&AN, &[Role::Administrator]).await;
    world.operator().changes("customs", for_itself).await;
    let (portal, key) = (world.portal("customs"), DpopKey::new("a machine"));
    let form = [("grant_type", "client_credentials"), ("scope", "senid.admin.client")];
    let answered = portal.token_by(&key, &form).await;
    if answered.status == 200 {
        let clock = world.clock.clone();
        let program = Program { issuer: world.issuer.clone(), key, token: answered.access_token(), clock };
        is_problem(&program.get("/clients").await, 401, "unauthenticated");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sensitive_takes_a_proof_of_the_last_minutes_and_the_challenge_says_so() {
    let world = world().await;
    let citizen = world.operator().id_of(&BINH).await;
    let (mut staff, program) = program(&world, &[Role::Registrar]).await;
    let (path, body) =
        (format!("/citizens/{citizen}/status"), json!({ "transition": "lock", "reason": "a letter of the court" }));
    world.wait(Duration::from_secs(301));
    assert_eq!(program.get(&format!("/citizens/{citizen}")).await.status, 200);
    let challenged = program.post(&path, &body).await;
    is_problem(&challenged, 401, "step-up");
    let challenge = challenged.header("www-authenticate");
    assert!(challenge.starts_with("DPoP ") && challenge.contains("error=\"insufficient_user_authentication\""));
    assert!(challenge.contains("max_age=\"300\"") && challenge.contains("acr_values=\""), "{challenge}");
    // A new sign-in, as the challenge says, and the token that comes of it.
    staff.browser = world.browser();
    staff.enters("/admin").await;
    let stepped = Program::of(&world, &mut staff, &AN, &every_area()).await;
    let locked = stepped.post(&path, &body).await;
    assert_eq!(locked.status, 200, "{}", locked.body);
    assert_eq!(locked.json()["status"], "locked");
    // The token of the sign-in before is no younger for it, and one that has expired opens nothing.
    is_problem(&program.post(&path, &body).await, 401, "step-up");
    world.wait(Duration::from_secs(1800));
    let late = program.get("/citizens").await;
    assert_eq!(late.status, 401, "{}", late.body);
}
