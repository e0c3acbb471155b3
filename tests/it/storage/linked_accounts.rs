//! Accounts at portals: each is one citizen's, by a code that is good once.

use senid::crypto::random::SystemRandom;
use senid::domain::ids::{CitizenId, ClientId, LinkId};
use senid::domain::linked_account::{LinkCode, LinkedAccount, OldAccount, OldAccountId, OldAccountLabel};
use senid::domain::time::Timestamp;
use senid::storage::{Linking, NewLinkCode, Store};
use uuid::Uuid;

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, enrol, vault, vault_of};

/// What two portals call accounts of theirs, one of them linked and one not.
pub const OLD: [&str; 3] = ["an.cua.hang.4711", "Cửa hàng của An", "chua.ai.nhan.4712"];

fn portal(id: &str) -> ClientId {
    id.parse().unwrap()
}

fn account(id: &str) -> OldAccount {
    OldAccount { id: OldAccountId::parse(id).unwrap(), label: None }
}

async fn issue_until(store: &Store, client: &str, id: &str, expires_at: Timestamp) -> Option<LinkCode> {
    let code = LinkCode::draw(&SystemRandom::new());
    let new = NewLinkCode { code: code.clone(), account: account(id), expires_at };
    let mut tx = store.begin().await.unwrap();
    let linked = tx.link_codes().issue(&portal(client), &[new], NOW).await.unwrap();
    tx.commit().await.unwrap();
    linked.is_empty().then_some(code)
}

async fn issue(store: &Store, client: &str, id: &str) -> Option<LinkCode> {
    issue_until(store, client, id, NOW + DAY).await
}

async fn link_at(store: &Store, citizen: CitizenId, code: &LinkCode, now: Timestamp) -> Option<LinkedAccount> {
    let mut tx = store.begin().await.unwrap();
    let id = LinkId::new(now, &SystemRandom::new());
    match tx.linked_accounts().link(code, citizen, id, now).await.unwrap() {
        Linking::Done(link) => {
            tx.commit().await.unwrap();
            Some(link)
        }
        Linking::Refused => None,
    }
}

async fn link(store: &Store, citizen: CitizenId, code: &LinkCode) -> Option<LinkedAccount> {
    link_at(store, citizen, code, NOW).await
}

async fn list(store: &Store, citizen: CitizenId) -> Vec<LinkedAccount> {
    store.read().await.unwrap().linked_accounts().of_citizen(citizen).await.unwrap()
}

/// For the tests that look at every table.
pub async fn are_had(store: &Store, citizen: CitizenId) {
    let code = LinkCode::draw(&SystemRandom::new());
    let label = Some(OldAccountLabel::parse(OLD[1]).unwrap());
    let new =
        NewLinkCode { code: code.clone(), account: OldAccount { label, ..account(OLD[0]) }, expires_at: NOW + DAY };
    let mut tx = store.begin().await.unwrap();
    tx.link_codes().issue(&portal("portal"), &[new], NOW).await.unwrap();
    tx.commit().await.unwrap();
    let linked = link(store, citizen, &code).await.unwrap();
    assert_eq!(linked.account.shown(), OLD[1]);
    assert_eq!(list(store, citizen).await, [linked]);
    issue(store, "portal", OLD[2]).await.unwrap();
}

on_every_database! {
    async fn a_code_is_good_for_one_account_once(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let code = issue(&store, "tax", "4711").await.unwrap();
        let found = store.read().await.unwrap().link_codes().find(&code, NOW).await.unwrap().unwrap();
        assert_eq!((found.client, found.account), (portal("tax"), account("4711")));
        let (one, other) = tokio::join!(link(&store, an, &code), link(&store, binh, &code));
        assert_eq!([&one, &other].into_iter().flatten().count(), 1, "{one:?} {other:?}");
        assert!(store.read().await.unwrap().link_codes().find(&code, NOW).await.unwrap().is_none());
        assert_eq!(list(&store, an).await.len() + list(&store, binh).await.len(), 1);
    }

    async fn nobody_links_with_a_code_that_is_none_or_has_expired(store: Store) {
        let an = enrol(&store, AN).await.id;
        assert_eq!(link(&store, an, &LinkCode::draw(&SystemRandom::new())).await, None);
        let code = issue(&store, "tax", "4711").await.unwrap();
        assert_eq!(link_at(&store, an, &code, NOW + DAY).await, None);
        assert!(store.read().await.unwrap().link_codes().find(&code, NOW + DAY).await.unwrap().is_none());
        assert_eq!(store.write().await.unwrap().link_codes().forget(NOW, 9).await.unwrap(), 0);
        assert_eq!(store.write().await.unwrap().link_codes().forget(NOW + DAY, 9).await.unwrap(), 1);
        assert_eq!(link(&store, an, &code).await, None);
    }

    async fn a_new_code_takes_the_place_of_the_one_before(store: Store) {
        let an = enrol(&store, AN).await.id;
        let (lost, of_another) = (issue(&store, "tax", "4711").await.unwrap(), issue(&store, "land", "4711").await.unwrap());
        let code = issue(&store, "tax", "4711").await.unwrap();
        assert_eq!(link(&store, an, &lost).await, None);
        assert!(link(&store, an, &code).await.is_some());
        // Another portal calls another account the same.
        assert!(link(&store, an, &of_another).await.is_some());
    }

    async fn an_account_is_one_citizen_s_until_that_ends(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let code = issue(&store, "tax", "4711").await.unwrap();
        let linked = link(&store, an, &code).await.unwrap();
        assert!(issue(&store, "tax", "4711").await.is_none(), "there is no code for it");
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.linked_accounts().end(binh, linked.id).await.unwrap(), "it is not his to end");
        tx.commit().await.unwrap();
        assert!(issue(&store, "tax", "4711").await.is_none());
        let mut tx = store.begin().await.unwrap();
        assert!(tx.linked_accounts().end(an, linked.id).await.unwrap());
        tx.commit().await.unwrap();
        assert!(list(&store, an).await.is_empty());
        let code = issue(&store, "tax", "4711").await.unwrap();
        assert!(link(&store, binh, &code).await.is_some());
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.linked_accounts().end_all(binh).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert!(issue(&store, "tax", "4711").await.is_some());
    }

    async fn two_codes_of_one_account_link_it_once(store: Store) {
        // Codes of two servers, of which one has not heard of the other's index key.
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let old = issue(&store, "tax", "4711").await.unwrap();
        store.unlock(vault_of(&[2]));
        let new = issue(&store, "tax", "4711").await.unwrap();
        store.unlock(vault(2));
        assert!(link(&store, an, &old).await.is_some());
        assert_eq!(link(&store, binh, &new).await, None);
        assert!(list(&store, binh).await.is_empty());
    }

    async fn a_portal_s_accounts_come_page_by_page(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        for (at, (client, id, whose)) in
            (0..).zip([("tax", "1", an), ("land", "2", an), ("tax", "3", binh), ("tax", "4", an)])
        {
            let code = issue(&store, client, id).await.unwrap();
            link_at(&store, whose, &code, NOW + at * super::people::MINUTE).await.unwrap();
        }
        // An index key that is being changed: each stands there twice.
        store.unlock(vault(2));
        let mut tx = store.begin().await.unwrap();
        tx.citizens().index_names(Uuid::nil(), 9).await.unwrap();
        tx.commit().await.unwrap();
        let mut reading = store.read().await.unwrap();
        let mut page = async |after| reading.linked_accounts().of_client(&portal("tax"), after, 2).await.unwrap();
        let first = page(None).await;
        let second = page(first.next).await;
        let ids = first.items.iter().chain(&second.items).map(|link| link.account.id.expose().to_owned());
        assert_eq!(ids.collect::<Vec<_>>(), ["1", "3", "4"]);
        assert_eq!((first.items.len(), second.next), (2, None));
        let mut reading = store.read().await.unwrap();
        let of_an = reading.linked_accounts().at_client(an, &portal("tax")).await.unwrap();
        assert_eq!(of_an.iter().map(|link| link.account.id.expose()).collect::<Vec<_>>(), ["1", "4"]);
    }

    async fn an_account_stays_one_citizen_s_through_a_change_of_the_index_key(store: Store) {
        let an = enrol(&store, AN).await.id;
        let code = issue(&store, "tax", "4711").await.unwrap();
        link(&store, an, &code).await.unwrap();
        let waiting = issue(&store, "tax", "4712").await.unwrap();
        store.unlock(vault(2));
        assert_eq!(store.read().await.unwrap().citizens().names_lacking(2, 1).await.unwrap(), 4, "three names and an account");
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.citizens().index_names(Uuid::nil(), 9).await.unwrap().changed, 1);
        assert_eq!(tx.citizens().index_names(Uuid::nil(), 9).await.unwrap().changed, 0);
        tx.commit().await.unwrap();
        assert_eq!(store.read().await.unwrap().citizens().names_lacking(2, 1).await.unwrap(), 0);
        store.unlock(vault_of(&[2]));
        assert!(issue(&store, "tax", "4711").await.is_none(), "found by the new key alone");
        let mut tx = store.begin().await.unwrap();
        assert!(tx.citizens().remove_older_names(2, Uuid::nil(), 9).await.unwrap().changed > 1);
        assert_eq!(tx.citizens().remove_older_names(2, Uuid::nil(), 9).await.unwrap().changed, 0);
        tx.commit().await.unwrap();
        assert!(issue(&store, "tax", "4711").await.is_none());
        // Nobody could tell any more of which account this one is.
        assert_eq!(link(&store, an, &waiting).await, None);
        assert_eq!(list(&store, an).await.len(), 1);
    }
}
