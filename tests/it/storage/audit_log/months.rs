//! On Postgres a month of events is a partition: those behind retention that hold nothing go.

use super::*;

/// Names of months, the first first.
async fn months(db: &mut PgConnection) -> Vec<String> {
    let listed = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = CAST('audit_events' AS regclass) ORDER BY 1";
    sqlx::query_scalar(listed).fetch_all(db).await.unwrap()
}

/// Makes the months of `NOW` and of two before and two behind it.
async fn add_months(db: &mut PgConnection) -> Vec<String> {
    let first = format!("date_trunc('month', to_timestamp({}) AT TIME ZONE 'UTC')", NOW.seconds());
    let made = format!(
        "SELECT to_char({first} + k * INTERVAL '1 month', 'YYYY_MM'),
            audit_add_month(CAST({first} + k * INTERVAL '1 month' AS DATE)) FROM generate_series(-2, 2) AS k"
    );
    let rows: Vec<(String, bool)> = sqlx::query_as(AssertSqlSafe(made)).fetch_all(db).await.unwrap();
    assert!(rows.iter().all(|(_, made)| *made), "{rows:?}");
    rows.into_iter().map(|(name, _)| format!("audit_events_{name}")).collect()
}

#[tokio::test]
async fn a_month_whose_last_event_was_retired_goes_and_one_that_holds_an_event_stays() {
    let home = postgres().await;
    let mut db = PgConnection::connect(&home.url).await.unwrap();
    let made = add_months(&mut db).await;
    written(&home.store).await;
    // One of the month before, which no head signs: it is not retired.
    record(&home.store, 1, NOW - 31 * DAY).await;
    let before = months(&mut db).await;
    assert!(made.iter().all(|month| before.contains(month)) && before.contains(&"audit_events_default".to_owned()));
    let clock = ManualClock::at(NOW + 99 * DAY);
    let over = async |before| retire(&home.store, before, &Actor::System, &clock, &SystemRandom::new()).await.unwrap();

    // Nothing is behind retention yet but two months: the older one is empty.
    assert_eq!(over(NOW).await, 0);
    let left = months(&mut db).await;
    assert!(!left.contains(&made[0]) && made[1..].iter().all(|month| left.contains(month)), "{left:?}");
    // The month of the events goes with the last of them, and only then.
    assert_eq!(over(NOW + 2 * DAY).await, 600);
    assert!(months(&mut db).await.contains(&made[2]));
    assert_eq!(over(NOW + 40 * DAY).await, EVENTS - 600);
    let left = months(&mut db).await;
    assert!(!left.contains(&made[2]), "{left:?}");
    assert!(left.contains(&made[1]), "the event that nobody signed keeps its month: {left:?}");
    assert!(left.contains(&made[3]) && left.contains(&made[4]) && left.contains(&"audit_events_default".to_owned()));
    // What comes is kept, and all of it verifies.
    sequence(&home.store).await;
    sign(&home.store).await.unwrap();
    assert_eq!(verified(&home.store, &[]).await.finding, None);
}

#[tokio::test]
async fn a_reader_is_waited_for_a_moment_and_the_month_goes_the_next_time() {
    let home = postgres().await;
    let mut db = PgConnection::connect(&home.url).await.unwrap();
    let made = add_months(&mut db).await;
    written(&home.store).await;
    let mut reader = PgConnection::connect(&home.url).await.unwrap();
    reader.execute("BEGIN").await.unwrap();
    reader.execute("SELECT count(*) FROM audit_events").await.unwrap();
    let clock = ManualClock::at(NOW + 99 * DAY);
    let over = async || retire(&home.store, NOW, &Actor::System, &clock, &SystemRandom::new()).await.unwrap();
    assert_eq!(over().await, 0);
    assert!(months(&mut db).await.contains(&made[0]));
    reader.execute("ROLLBACK").await.unwrap();
    over().await;
    assert!(!months(&mut db).await.contains(&made[0]));
}
