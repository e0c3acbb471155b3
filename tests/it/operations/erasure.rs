//! Who ended long ago is erased by the servers, with nobody asking for it.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::processes::Deployment;
use crate::support::world::{AN, eventually};

const BINH: &str = "001190000007";
/// Eleven years ago, where it is kept for ten (`retention.closed_accounts`).
const LONG_AGO: &str = "UPDATE citizens SET status_since = status_since - 346896000000000 WHERE id = $1";
const ERASED: &str = "SELECT erased_at IS NOT NULL AND length(profile) = 0 FROM citizens WHERE id = $1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_servers_erase_whoever_ended_long_ago_and_nobody_else() {
    let mut deployment = Deployment::start().await;
    let operator = &deployment.operator;
    operator.run(&["citizen", "add", "--national-id", BINH, "--name", "Trần Thị Bình"]).ended(0);
    let mut ids = Vec::new();
    for number in [AN.identifier, BINH] {
        let closed =
            operator.run(&["--json", "citizen", "close", number, "--reason", "letter 12/2026"]).ended(0).json();
        ids.push(closed["id"].as_str().unwrap().parse::<Uuid>().unwrap());
    }
    let mut connection = PgConnection::connect(deployment.database.url()).await.unwrap();
    sqlx::query(LONG_AGO).bind(ids[0]).execute(&mut connection).await.unwrap();
    // It is looked for whenever a server starts, and then every few hours.
    deployment.kill();
    deployment.restart().await;
    eventually("An is erased", async || {
        sqlx::query_scalar::<_, bool>(ERASED).bind(ids[0]).fetch_one(&mut connection).await.unwrap()
    })
    .await;
    let operator = &deployment.operator;
    operator.run(&["citizen", "show", AN.identifier]).ended(1);
    let recorded = "SELECT actor, citizen_id FROM audit_events WHERE kind = 'citizen.erased'";
    let recorded: Vec<(String, Uuid)> = sqlx::query_as(recorded).fetch_all(&mut connection).await.unwrap();
    assert_eq!(recorded, [("system".to_owned(), ids[0])], "by one of the two servers");
    // Who was closed today can still be looked up.
    assert_eq!(operator.run(&["citizen", "show", BINH, "--json"]).ended(0).json()["status"], "closed");
    deployment.stop();
}
