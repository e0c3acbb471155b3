//! Every operation, tried as every role and as nobody. Roles are read afresh for each request, so one token is enough.

use senid::domain::administration::{Concern, Role};
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::owners;
use senid::http::admin_api::table::OPERATIONS;

use super::{BASE, is_problem, path, program, world};
use crate::support::world::{AN, CHAU, web};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_open_to_those_whose_role_has_its_permission_and_to_nobody_else() {
    let world = world().await;
    let operator = world.operator();
    let citizen = operator.id_of(&CHAU).await.to_string();
    let (_staff, program) = program(&world, &[Role::Auditor]).await;
    world.withdraws(&AN, Role::Auditor).await;
    let (own, other) = ("library", "archive");
    let an = Who::Id(operator.id_of(&AN).await);
    owners::name(&operator.admin().await, &own.parse().unwrap(), &an).await.unwrap();

    for operation in OPERATIONS {
        let told = web::send(
            operation.verb.method(),
            &format!("{}{BASE}{}", world.issuer, path(operation, own, &citizen)),
            &[],
            None,
            std::net::Ipv4Addr::LOCALHOST.into(),
        )
        .await;
        is_problem(&told, 401, "unauthenticated");
        assert!(told.header("www-authenticate").starts_with("DPoP realm=\"senid\""), "{}", operation.id);
        // Somebody whose token is in order, and who holds no role.
        is_problem(&program.tries(operation, &path(operation, own, &citizen)).await, 403, "forbidden");
    }

    let mut opened = 0;
    for role in Role::ALL {
        world.grants(&AN, role).await.unwrap();
        for operation in OPERATIONS {
            for client in [own, other] {
                let reply = program.tries(operation, &path(operation, client, &citizen)).await;
                let beyond = role.is_own() && operation.path.contains("{client_id}") && client == other;
                let what = format!("{role}: {} of {client}: {} {}", operation.id, reply.status, reply.body);
                match role.has(operation.permission) && !beyond {
                    true => {
                        assert!(![401, 403, 405].contains(&reply.status.as_u16()), "{what}");
                        assert!(reply.status.as_u16() < 500, "{what}");
                        opened += 1;
                    }
                    // What is read of a body comes first where the use case itself asks whose application it is.
                    false if beyond && role.has(operation.permission) => {
                        assert!([403, 422, 428].contains(&reply.status.as_u16()), "{what}");
                    }
                    false => is_problem(&reply, 403, "forbidden"),
                }
            }
        }
        world.withdraws(&AN, role).await;
    }
    assert!(opened > OPERATIONS.len(), "{opened}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_sees_and_changes_their_own_applications_and_no_other() {
    let world = world().await;
    let (_staff, program) = program(&world, &[Role::ClientOwner]).await;
    assert_eq!(program.get("/clients").await.json()["items"], serde_json::json!([]));
    let operator = world.operator();
    let an = Who::Id(operator.id_of(&AN).await);
    owners::name(&operator.admin().await, &"library".parse().unwrap(), &an).await.unwrap();
    let listed = program.get("/clients").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["client_id"], "library");
    assert_eq!(program.get("/clients/library").await.status, 200);
    is_problem(&program.get("/clients/archive").await, 403, "forbidden");
    for name in ["archive", "nobody-s"] {
        let change = serde_json::json!({ "redirect_uris": ["https://thief.example/"] });
        let headers = [("if-match", "*")];
        let refused = program.send(http::Method::PATCH, &format!("/clients/{name}"), &headers, Some(&change)).await;
        is_problem(&refused, 403, "forbidden");
    }
    // Whoever has it may not let it into the Admin API either.
    let change = serde_json::json!({ "scope": "openid profile senid.admin.role" });
    let refused = program.send(http::Method::PATCH, "/clients/library", &[("if-match", "*")], Some(&change)).await;
    assert!([403, 422].contains(&refused.status.as_u16()), "{}", refused.body);
    assert!(OPERATIONS.iter().any(|operation| operation.permission.concern() == Concern::Application));
}
