//! Every row of every table, read and entered as it lies there.

use std::collections::BTreeSet;

use senid::storage::{Cell, OF_THE_DATABASE, Store, TABLES, TableLayout};

use super::people::live_a_little;
use super::{on_every_database, postgres, sqlite};

async fn layouts(store: &Store) -> Vec<TableLayout> {
    store.read().await.unwrap().transfer().layouts().await.unwrap()
}

async fn everything(store: &Store, limit: u32) -> Vec<(&'static str, Vec<Cell>)> {
    let mut snapshot = store.snapshot().await.unwrap();
    let mut all = Vec::new();
    for layout in layouts(store).await {
        let mut after: Option<Vec<Cell>> = None;
        loop {
            let page = snapshot.transfer().page(&layout, after.as_deref(), limit).await.unwrap();
            after = page.last().cloned();
            all.extend(page.into_iter().map(|row| (layout.name, row)));
            if after.is_none() {
                break;
            }
        }
    }
    all
}

on_every_database! {
    async fn no_table_is_left_behind(store: Store) {
        let found = store.read().await.unwrap().transfer().tables().await.unwrap();
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        let known: BTreeSet<&str> = TABLES.iter().chain(OF_THE_DATABASE).copied().collect();
        assert_eq!(found, known, "a new table needs a place in storage::transfer::TABLES");
    }

    async fn pages_of_any_size_hold_every_row_once(store: Store) {
        live_a_little(&store).await;
        let all = everything(&store, 500).await;
        let tables: BTreeSet<&str> = all.iter().map(|(table, _)| *table).collect();
        assert!(tables.len() >= 8, "{tables:?}");
        for limit in [1, 2, 3] {
            assert_eq!(everything(&store, limit).await, all, "{limit} at a time");
        }
    }

    async fn a_snapshot_sees_nothing_that_comes_later_and_nobody_waits_for_it(store: Store) {
        let mut snapshot = store.snapshot().await.unwrap();
        let citizens = layouts(&store).await.into_iter().find(|layout| layout.name == "citizens").unwrap();
        assert_eq!(snapshot.transfer().count(&citizens).await.unwrap(), 0);
        live_a_little(&store).await;
        assert_eq!(snapshot.transfer().count(&citizens).await.unwrap(), 0);
        assert!(store.snapshot().await.unwrap().transfer().count(&citizens).await.unwrap() > 0);
        let row = vec![Cell::Null; citizens.columns.len()];
        assert!(snapshot.transfer().insert(&citizens, &[row]).await.is_err(), "it only reads");
    }
}

#[tokio::test]
async fn both_databases_have_the_same_tables_with_the_same_columns_and_keys() {
    let (home, small) = (postgres().await, sqlite().await);
    let shape = |layouts: Vec<TableLayout>| -> Vec<_> {
        layouts
            .into_iter()
            .map(|layout| {
                let name = |place: &usize| layout.columns[*place].name.clone();
                let key: Vec<String> = layout.key.iter().map(name).collect();
                let mut columns: Vec<String> = layout.columns.iter().map(|column| column.name.clone()).collect();
                columns.sort();
                (layout.name, columns, key)
            })
            .collect()
    };
    assert_eq!(shape(layouts(&home.store).await), shape(layouts(&small.store).await));
}
