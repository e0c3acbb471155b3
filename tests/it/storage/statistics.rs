//! What is counted by the hour.

use senid::domain::ids::ClientId;
use senid::domain::statistics::{Counted, Figure, Hour};
use senid::storage::{StatisticsCell as Cell, StatisticsWindow as Window, Store};

use super::on_every_database;

const AT: Hour = Hour::from_number(500_000);

fn cell(figure: Figure, hour: Hour, label: &'static str, client: Option<&str>) -> Cell {
    Cell { figure, hour, label: label.into(), bound: 0, client: client.map(|id| id.parse().unwrap()) }
}

async fn add(store: &Store, counts: &[(Cell, u64)]) {
    let mut tx = store.begin().await.unwrap();
    tx.statistics().add(counts).await.unwrap();
    tx.commit().await.unwrap();
}

/// For whoever looks at every table.
pub async fn are_counted(store: &Store) {
    let (day, all) = (Window { from: AT.before(1), until: AT.next(), span: 2 }, Figure::SignIn);
    add(store, &[(cell(all, AT, "pwd", Some("portal")), 1)]).await;
    let portal: ClientId = "portal".parse().unwrap();
    let mut reading = store.read().await.unwrap();
    assert_eq!(reading.statistics().counted(all, day, None).await.unwrap().len(), 1);
    assert_eq!(reading.statistics().counted(all, day, Some(&portal)).await.unwrap().len(), 1);
    assert_eq!(reading.statistics().by_client(all, day, 5).await.unwrap().len(), 1);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.statistics().forget(AT.before(9)).await.unwrap(), 0);
    tx.commit().await.unwrap();
}

on_every_database! {
    async fn what_is_counted_twice_is_added_up(store: Store) {
        let here = cell(Figure::SignIn, AT, "pwd", Some("portal"));
        add(&store, &[(here.clone(), 2), (cell(Figure::SignIn, AT, "webauthn", None), 1)]).await;
        add(&store, &[(here.clone(), 3), (Cell { hour: AT.before(1), ..here.clone() }, 4)]).await;
        add(&store, &[(Cell { figure: Figure::Tokens, ..here.clone() }, 9), (Cell { hour: AT.before(2), ..here }, 9)]).await;
        let mut reading = store.read().await.unwrap();
        let counted = |from, label: &str, count| Counted { from, label: label.to_owned(), bound: 0, count };
        let hours = Window { from: AT.before(1), until: AT.next(), span: 1 };
        let all = reading.statistics().counted(Figure::SignIn, hours, None).await.unwrap();
        assert_eq!(all, [counted(AT.before(1), "pwd", 4), counted(AT, "pwd", 5), counted(AT, "webauthn", 1)]);
        let together = Window { span: 2, ..hours };
        let all = reading.statistics().counted(Figure::SignIn, together, None).await.unwrap();
        assert_eq!(all, [counted(AT.before(1), "pwd", 9), counted(AT.before(1), "webauthn", 1)]);
        let portal: ClientId = "portal".parse().unwrap();
        let own = reading.statistics().counted(Figure::SignIn, together, Some(&portal)).await.unwrap();
        assert_eq!(own, [counted(AT.before(1), "pwd", 9)]);
        let most = reading.statistics().by_client(Figure::SignIn, hours, 9).await.unwrap();
        assert_eq!(most, [(Some(portal), 9), (None, 1)]);
        assert_eq!(reading.statistics().by_client(Figure::SignIn, hours, 1).await.unwrap().len(), 1);
    }

    async fn what_was_counted_long_ago_is_forgotten(store: Store) {
        add(&store, &[(cell(Figure::Throttled, AT, "token", None), 1)]).await;
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.statistics().forget(AT).await.unwrap(), 0);
        assert_eq!(tx.statistics().forget(AT.next()).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }

    async fn two_servers_add_to_the_same_rows_at_once(store: Store) {
        let labels = ["pwd", "webauthn", "certificate", "totp"];
        let there: Vec<_> = labels.iter().map(|label| (cell(Figure::SignIn, AT, label, None), 1)).collect();
        let back: Vec<_> = there.iter().rev().cloned().collect();
        for _ in 0..10 {
            tokio::join!(add(&store, &there), add(&store, &back));
        }
        let hour = Window { from: AT, until: AT.next(), span: 1 };
        let counted = store.read().await.unwrap().statistics().counted(Figure::SignIn, hour, None).await.unwrap();
        assert_eq!(counted.iter().map(|row| row.count).collect::<Vec<_>>(), [20; 4]);
    }
}
