//! Numbers beside the national identifier: each finds whoever alone has it, and opens for nobody else.

use senid::crypto::random::SystemRandom;
use senid::domain::identifier_alias::{IdentifierAlias, KeptAlias};
use senid::domain::ids::{AliasId, CitizenId};
use senid::domain::sign_in_name::NameKind;
use senid::domain::time::Timestamp;
use senid::storage::{AliasHolders, Conflict, Error, Store};

use super::on_every_database;
use super::people::{AN, BINH, DAY, MINUTE, NOW, enrol, name, vault};

pub const CARD: &str = "012345678";
const FORMER: &str = "001090999999";

fn alias(kind: &str, number: &str) -> IdentifierAlias {
    IdentifierAlias::parse(kind.parse().unwrap(), number).unwrap()
}

async fn add(store: &Store, citizen: CitizenId, alias: &IdentifierAlias, at: Timestamp) -> Result<(), Error> {
    let mut transaction = store.begin().await.unwrap();
    transaction.identifier_aliases().add(citizen, AliasId::new(at, &SystemRandom::new()), alias, at).await?;
    transaction.commit().await
}

async fn end(store: &Store, citizen: CitizenId, kept: &KeptAlias) {
    let mut transaction = store.begin().await.unwrap();
    transaction.identifier_aliases().end(citizen, kept, NOW + DAY).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn list(store: &Store, citizen: CitizenId) -> Vec<KeptAlias> {
    store.read().await.unwrap().identifier_aliases().list(citizen).await.unwrap()
}

async fn whose(store: &Store, typed: &str) -> Option<CitizenId> {
    let mut reading = store.read().await.unwrap();
    let found = reading.citizens().find_by_name(&name(typed)).await.unwrap().map(|found| found.citizen.id);
    assert_eq!(reading.citizens().whose_name(&name(typed)).await.unwrap(), found);
    found
}

/// For the tests that look at every table.
pub async fn are_had(store: &Store, citizen: CitizenId) {
    for (at, (kind, number)) in (0..).zip([("vn-cmnd", CARD), ("vn", FORMER), ("vn-tax", "8012345677")]) {
        add(store, citizen, &alias(kind, number), NOW + at * MINUTE).await.unwrap();
    }
    let kept = list(store, citizen).await;
    end(store, citizen, &kept[2]).await;
    assert_eq!(whose(store, CARD).await, Some(citizen));
}

on_every_database! {
    async fn a_number_finds_its_owner_until_it_is_taken_away(store: Store) {
        let an = enrol(&store, AN).await.id;
        for (at, (kind, number)) in (0..).zip([("vn-cmnd", CARD), ("vn-tax", "8012345677"), ("vn", FORMER)]) {
            assert_eq!(whose(&store, number).await, None);
            add(&store, an, &alias(kind, number), NOW + at * MINUTE).await.unwrap();
            assert_eq!(whose(&store, number).await, Some(an), "{kind}");
        }
        let kept = list(&store, an).await;
        assert_eq!(kept.iter().map(|kept| kept.alias.kind().as_str()).collect::<Vec<_>>(), ["vn-cmnd", "vn-tax", "vn"]);
        assert_eq!((kept[0].alias.expose(), kept[0].since, kept[0].until), (CARD, NOW, None));
        for kept in &kept {
            end(&store, an, kept).await;
            assert_eq!(whose(&store, kept.alias.expose()).await, None, "{}", kept.alias.kind());
        }
        assert!(list(&store, an).await.iter().all(|kept| kept.until == Some(NOW + DAY)));
        assert_eq!(whose(&store, AN).await, Some(an));
    }

    async fn a_number_that_two_people_have_finds_neither_until_one_has_it_alone(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let card = alias("vn-cmnd", CARD);
        add(&store, an, &card, NOW).await.unwrap();
        add(&store, binh, &card, NOW).await.unwrap();
        assert_eq!(whose(&store, CARD).await, None);
        let holders = async |citizen| store.read().await.unwrap().identifier_aliases().holders(citizen, &card).await;
        assert_eq!(holders(an).await.unwrap(), AliasHolders::Several);
        end(&store, an, &list(&store, an).await[0]).await;
        assert_eq!(whose(&store, CARD).await, Some(binh));
        assert_eq!(holders(binh).await.unwrap(), AliasHolders::One);
    }

    async fn a_national_identifier_that_was_somebody_s_is_nobody_else_s(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let taken = |done| matches!(done, Err(Error::Conflict(Conflict::Name(NameKind::NationalId))));
        assert!(taken(add(&store, an, &alias("vn", BINH), NOW).await));
        add(&store, an, &alias("vn", FORMER), NOW).await.unwrap();
        assert!(taken(add(&store, binh, &alias("vn", FORMER), NOW).await));
        assert_eq!((whose(&store, BINH).await, whose(&store, FORMER).await), (Some(binh), Some(an)));
        assert_eq!(list(&store, binh).await, []);
    }

    async fn numbers_are_found_while_the_index_key_changes(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        add(&store, an, &alias("vn-cmnd", CARD), NOW).await.unwrap();
        store.unlock(vault(2));
        assert_eq!(whose(&store, CARD).await, Some(an), "entered under the first version");
        add(&store, binh, &alias("vn-cmnd", CARD), NOW).await.unwrap();
        assert_eq!(whose(&store, CARD).await, None, "entered under both");
        end(&store, an, &list(&store, an).await[0]).await;
        assert_eq!(whose(&store, CARD).await, Some(binh));
    }

    async fn who_gives_up_their_names_is_found_by_no_number(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        for (kind, number) in [("vn-cmnd", CARD), ("vn", FORMER)] {
            add(&store, an, &alias(kind, number), NOW).await.unwrap();
        }
        let mut transaction = store.begin().await.unwrap();
        transaction.citizens().give_up_names(an).await.unwrap();
        transaction.commit().await.unwrap();
        for number in [CARD, FORMER, AN] {
            assert_eq!(whose(&store, number).await, None, "{number}");
        }
        assert!(list(&store, an).await.iter().all(|kept| kept.until.is_some()));
        for (kind, number) in [("vn-cmnd", CARD), ("vn", FORMER), ("vn", AN)] {
            add(&store, binh, &alias(kind, number), NOW).await.unwrap();
            assert_eq!(whose(&store, number).await, Some(binh), "{kind}");
        }
    }
}
