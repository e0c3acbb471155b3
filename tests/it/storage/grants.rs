//! Grants in the identity store: a code is exchanged once, a refresh token has one successor.

use senid::domain::citizen::CitizenStatus;
use senid::domain::claims_request::GrantedClaims;
use senid::domain::client::{Client, ClientStatus};
use senid::domain::grant::Grant;
use senid::domain::key_binding::{KeyBinding, ProvenKeys, Thumbprint};
use senid::domain::secret::SecretHash;
use senid::domain::time::Timestamp;
use senid::storage::{
    Exchange, NewGrant, RefreshRefusal, RefreshRotation, RevocationReason, Rotation, Store, Successor,
};

use super::on_every_database;
use super::people::{AN, BINH, DAY, KEY, MINUTE, NOW, begin, enrol, exchange, grant, hash, holding_the_key, register};

/// A portal that holds a grant of An's and its refresh token `token 1`.
struct Holder {
    client: Client,
    grant: Grant,
    store: Store,
}

impl Holder {
    async fn of(store: &Store) -> Self {
        let client = register(store, "portal").await;
        let an = enrol(store, AN).await;
        let grant = grant(an.id, &client, NOW);
        assert_eq!(exchange(store, &grant).await, Exchange::Granted);
        Self { client, grant, store: store.clone() }
    }

    /// Presents `token n`, for which `token n+1` is the successor.
    async fn present(&self, token: u32, now: Timestamp) -> Rotation {
        self.present_as(&self.client, hash(&format!("token {token}")), hash(&format!("token {}", token + 1)), now).await
    }

    async fn present_as(
        &self,
        client: &Client,
        presented: SecretHash,
        successor: SecretHash,
        now: Timestamp,
    ) -> Rotation {
        let successor = Successor::Next { hash: successor, key_version: 7 };
        self.rotate(RefreshRotation { client: &client.id, successor, ..self.rotation(presented, now) }).await
    }

    /// That of `presented` by its client, which holds the key.
    fn rotation(&self, presented: SecretHash, now: Timestamp) -> RefreshRotation<'_> {
        RefreshRotation {
            grant: self.grant.id,
            client: &self.client.id,
            presented,
            successor: Successor::Itself,
            proven: holding_the_key(),
            idle_expires_at: now + 10 * DAY,
            grace: MINUTE,
            now,
        }
    }

    async fn rotate(&self, rotation: RefreshRotation<'_>) -> Rotation {
        self.store.write().await.unwrap().grants().rotate_refresh(&rotation).await.unwrap()
    }

    async fn is_live(&self) -> bool {
        self.store.read().await.unwrap().grants().find_live(self.grant.id).await.unwrap().is_some()
    }
}

fn refusal(rotation: Rotation) -> RefreshRefusal {
    match rotation {
        Rotation::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn current(rotation: Rotation) -> SecretHash {
    match rotation {
        Rotation::Rotated(grant) | Rotation::Retried(grant) => grant.refresh.unwrap().current,
        other => panic!("no successor: {other:?}"),
    }
}

on_every_database! {
    async fn a_grant_is_found_with_its_citizen_as_it_was_written(store: Store) {
        let holder = Holder::of(&store).await;
        let found = store.read().await.unwrap().grants().find_live(holder.grant.id).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", found.grant), format!("{:?}", holder.grant));
        assert_eq!(found.grant.refresh, holder.grant.refresh);
        assert_eq!(found.citizen.id, holder.grant.authentication.citizen);
        assert_eq!(found.citizen.profile.name, "Nguyễn Văn An");
        let unknown = grant(found.citizen.id, &holder.client, NOW);
        assert!(store.read().await.unwrap().grants().find_live(unknown.id).await.unwrap().is_none());
    }

    async fn a_grant_without_refresh_token_has_none_to_rotate(store: Store) {
        let holder = Holder::of(&store).await;
        let an = holder.grant.authentication.citizen;
        let claims = GrantedClaims::default();
        let plain = Grant { refresh: None, nonce: None, claims, ..grant(an, &holder.client, NOW) };
        assert_eq!(exchange(&store, &plain).await, Exchange::Granted);
        let found = store.read().await.unwrap().grants().find_live(plain.id).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", found.grant), format!("{plain:?}"));
        let holder = Holder { grant: plain, ..holder };
        assert_eq!(refusal(holder.present(1, NOW).await), RefreshRefusal::Unknown);
    }

    async fn a_token_that_is_bound_to_a_key_is_good_with_that_key_alone(store: Store) {
        let holder = Holder::of(&store).await;
        let other = Thumbprint::from_bytes([8; 32]);
        for (binding, proven, good) in [
            (KeyBinding::Dpop(KEY), ProvenKeys::default(), false),
            (KeyBinding::Dpop(KEY), ProvenKeys { dpop: Some(other), certificate: Some(KEY) }, false),
            (KeyBinding::Dpop(KEY), ProvenKeys { dpop: Some(KEY), certificate: None }, true),
            (KeyBinding::Certificate(KEY), ProvenKeys { dpop: Some(KEY), certificate: Some(other) }, false),
            (KeyBinding::Certificate(KEY), ProvenKeys { dpop: None, certificate: Some(KEY) }, true),
        ] {
            let bound = grant(holder.grant.authentication.citizen, &holder.client, NOW);
            let bound = Grant { binding: Some(binding), ..bound };
            assert_eq!(exchange(&store, &bound).await, Exchange::Granted);
            let holder = Holder { grant: bound, client: holder.client.clone(), store: store.clone() };
            for successor in [Successor::Itself, Successor::Next { hash: hash("token 2"), key_version: 7 }] {
                let presented = hash("token 1");
                let rotated = holder.rotate(RefreshRotation { proven, successor, ..holder.rotation(presented, NOW) }).await;
                match good {
                    true => assert!(matches!(rotated, Rotation::Rotated(_)), "{rotated:?}"),
                    false => assert_eq!(refusal(rotated), RefreshRefusal::KeyNotProven),
                }
            }
            // Of whoever has no key, nothing that they bring is theft.
            let parent = holder.rotation(hash("token 0"), NOW);
            let found = holder.rotate(RefreshRotation { proven, ..parent }).await;
            assert_eq!(matches!(found, Rotation::Stolen(_)), good, "{found:?}");
        }
    }

    async fn a_token_that_is_its_own_successor_stays_the_one_there_is(store: Store) {
        let holder = Holder::of(&store).await;
        let keep = |now| RefreshRotation { successor: Successor::Itself, ..holder.rotation(hash("token 1"), now) };
        for days in [0, 9, 18] {
            let Rotation::Rotated(grant) = holder.rotate(keep(NOW + days * DAY)).await else { panic!("refused") };
            let refresh = grant.refresh.unwrap();
            assert_eq!((refresh.current, refresh.parent), (hash("token 1"), None));
            assert_eq!(refresh.idle_expires_at, NOW + (days + 10) * DAY, "its idleness begins anew");
        }
        assert_eq!(refusal(holder.rotate(keep(NOW + 28 * DAY)).await), RefreshRefusal::Expired);
        assert!(matches!(holder.rotate(holder.rotation(hash("another"), NOW)).await, Rotation::Stolen(_)));
    }

    async fn of_a_hundred_exchanges_of_one_code_one_is_granted(store: Store) {
        let client = register(&store, "portal").await;
        let an = enrol(&store, AN).await;
        let grant = grant(an.id, &client, NOW);
        let attempts: Vec<_> = (0..100)
            .map(|_| {
                let (store, grant) = (store.clone(), grant.clone());
                tokio::spawn(async move { exchange(&store, &grant).await })
            })
            .collect();
        let mut granted = 0;
        for attempt in attempts {
            granted += u32::from(attempt.await.unwrap() == Exchange::Granted);
        }
        assert_eq!(granted, 1);
        let grants = store.read().await.unwrap().grants().list(an.id, None, 10).await.unwrap();
        assert_eq!(grants.items.len(), 1);
    }

    async fn a_code_is_not_exchanged_for_a_second_grant(store: Store) {
        let holder = Holder::of(&store).await;
        let second = grant(holder.grant.authentication.citizen, &holder.client, NOW);
        let code_hash = hash(&holder.grant.id.to_string());
        let mut transaction = store.begin().await.unwrap();
        let new = NewGrant { grant: &second, code_hash, forget_after: NOW + DAY };
        assert_eq!(transaction.grants().create(&new).await.unwrap(), Exchange::AlreadyExchanged);
        transaction.commit().await.unwrap();
        assert!(store.read().await.unwrap().grants().find_live(second.id).await.unwrap().is_none());
    }

    async fn a_grant_that_is_written_before_its_code_is_exchanged_is_exchanged_once(store: Store) {
        let holder = Holder::of(&store).await;
        let begun = Grant { refresh: None, ..grant(holder.grant.authentication.citizen, &holder.client, NOW) };
        begin(&store, &begun).await;
        assert!(store.read().await.unwrap().grants().find_live(begun.id).await.unwrap().is_some());

        let narrower = Grant { scope: "openid".parse().unwrap(), refresh: holder.grant.refresh.clone(), ..begun.clone() };
        assert_eq!(exchange(&store, &narrower).await, Exchange::Granted);
        let found = store.read().await.unwrap().grants().find_live(begun.id).await.unwrap().unwrap().grant;
        assert_eq!((&found.scope, &found.refresh), (&narrower.scope, &narrower.refresh));
        assert_eq!(found.created_at, begun.created_at);
        assert_eq!(exchange(&store, &begun).await, Exchange::AlreadyExchanged);
        let code_hash = hash(&begun.id.to_string());
        let mut transaction = store.begin().await.unwrap();
        transaction.grants().revoke_replayed(begun.id, code_hash, NOW + DAY, NOW).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(store.read().await.unwrap().grants().find_live(begun.id).await.unwrap().is_none());
    }

    async fn a_grant_that_was_revoked_before_its_code_is_exchanged_stays_revoked(store: Store) {
        let holder = Holder::of(&store).await;
        let begun = grant(holder.grant.authentication.citizen, &holder.client, NOW);
        begin(&store, &begun).await;
        let mut writing = store.write().await.unwrap();
        writing.grants().revoke(begun.id, RevocationReason::Client, NOW).await.unwrap();
        drop(writing);
        assert_eq!(exchange(&store, &begun).await, Exchange::Revoked);
        assert!(store.read().await.unwrap().grants().find_live(begun.id).await.unwrap().is_none());
    }

    async fn a_replayed_code_ends_its_grant(store: Store) {
        let holder = Holder::of(&store).await;
        let code_hash = hash(&holder.grant.id.to_string());
        let mut transaction = store.begin().await.unwrap();
        transaction.grants().revoke_replayed(holder.grant.id, code_hash, NOW + DAY, NOW).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(!holder.is_live().await);
        assert_eq!(refusal(holder.present(1, NOW).await), RefreshRefusal::Revoked);
    }

    async fn a_code_replayed_before_its_grant_was_written_gets_none(store: Store) {
        let client = register(&store, "portal").await;
        let an = enrol(&store, AN).await;
        let grant = grant(an.id, &client, NOW);
        let mut transaction = store.begin().await.unwrap();
        transaction.grants().revoke_replayed(grant.id, hash(&grant.id.to_string()), NOW + DAY, NOW).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(exchange(&store, &grant).await, Exchange::AlreadyExchanged);
    }

    async fn a_refresh_token_is_rotated_and_remembers_its_parent(store: Store) {
        let holder = Holder::of(&store).await;
        let at = NOW + MINUTE;
        let Rotation::Rotated(grant) = holder.present(1, at).await else { panic!("not rotated") };
        let state = grant.refresh.clone().unwrap();
        assert_eq!((state.current, state.parent), (hash("token 2"), Some(hash("token 1"))));
        assert_eq!((state.rotated_at, state.idle_expires_at, state.key_version), (at, at + 10 * DAY, 7));
        assert_eq!(state.expires_at, NOW + 90 * DAY, "the absolute limit does not move");
        assert_eq!((grant.scope, grant.authentication), (holder.grant.scope.clone(), holder.grant.authentication.clone()));
    }

    async fn a_refresh_token_has_one_successor(store: Store) {
        let holder = std::sync::Arc::new(Holder::of(&store).await);
        let attempts: Vec<_> = (0..50)
            .map(|_| {
                let holder = holder.clone();
                tokio::spawn(async move { holder.present(1, NOW + MINUTE).await })
            })
            .collect();
        let mut rotated = 0;
        for attempt in attempts {
            let rotation = attempt.await.unwrap();
            rotated += u32::from(matches!(rotation, Rotation::Rotated(_)));
            assert_eq!(current(rotation), hash("token 2"));
        }
        assert_eq!(rotated, 1);
    }

    async fn a_lost_answer_is_given_again_until_the_successor_is_used(store: Store) {
        let holder = Holder::of(&store).await;
        assert!(matches!(holder.present(1, NOW).await, Rotation::Rotated(_)));
        let retried = holder.present(1, NOW + MINUTE / 2).await;
        assert!(matches!(retried, Rotation::Retried(_)), "{retried:?}");
        assert_eq!(current(retried), hash("token 2"));

        assert!(matches!(holder.present(2, NOW + MINUTE / 2).await, Rotation::Rotated(_)));
        let replayed = holder.present(1, NOW + MINUTE / 2).await;
        assert!(matches!(replayed, Rotation::Stolen(_)), "{replayed:?}");
        assert!(holder.is_live().await, "revoking is the caller's decision");
    }

    async fn a_parent_after_the_grace_is_stolen(store: Store) {
        let holder = Holder::of(&store).await;
        assert!(matches!(holder.present(1, NOW).await, Rotation::Rotated(_)));
        let late = holder.present(1, NOW + MINUTE).await;
        assert!(matches!(late, Rotation::Stolen(_)), "{late:?}");
    }

    async fn an_idle_and_an_aged_token_have_expired(store: Store) {
        let holder = Holder::of(&store).await;
        assert_eq!(refusal(holder.present(1, NOW + 10 * DAY).await), RefreshRefusal::Expired);
        let mut now = NOW;
        for token in 1..=9 {
            assert!(matches!(holder.present(token, now).await, Rotation::Rotated(_)), "{token}");
            now = now + 10 * DAY - MINUTE;
        }
        assert_eq!(refusal(holder.present(10, NOW + 90 * DAY).await), RefreshRefusal::Expired);
    }

    async fn a_token_is_good_for_its_own_client_only(store: Store) {
        let holder = Holder::of(&store).await;
        let other = register(&store, "other").await;
        let attempt = holder.present_as(&other, hash("token 1"), hash("token 2"), NOW).await;
        assert_eq!(refusal(attempt), RefreshRefusal::Unknown);
        assert!(matches!(holder.present(1, NOW).await, Rotation::Rotated(_)), "it was not spent");
    }

    async fn a_token_whose_citizen_is_not_active_is_refused_and_not_spent(store: Store) {
        let holder = Holder::of(&store).await;
        let an = holder.grant.authentication.citizen;
        let set = async |from, to| {
            assert!(store.write().await.unwrap().citizens().set_status(an, (from, to), NOW).await.unwrap());
        };
        for status in CitizenStatus::ALL.into_iter().filter(|status| !status.is_active()) {
            set(CitizenStatus::Active, status).await;
            assert_eq!(refusal(holder.present(1, NOW).await), RefreshRefusal::CitizenNotActive, "{status}");
            set(status, CitizenStatus::Active).await;
        }
        assert!(matches!(holder.present(1, NOW).await, Rotation::Rotated(_)));
        set(CitizenStatus::Active, CitizenStatus::Deceased).await;
        assert_eq!(refusal(holder.present(1, NOW).await), RefreshRefusal::CitizenNotActive, "nor is a retry answered");
    }

    async fn a_disabled_client_s_token_is_refused_and_not_spent(store: Store) {
        let mut holder = Holder::of(&store).await;
        for (version, status) in [(1, ClientStatus::Disabled), (2, ClientStatus::Deleted), (3, ClientStatus::Active)] {
            holder.client.status = status;
            let mut transaction = store.begin().await.unwrap();
            transaction.clients().replace(&holder.client, version).await.unwrap();
            transaction.commit().await.unwrap();
            match status {
                ClientStatus::Disabled | ClientStatus::Deleted => {
                    assert_eq!(refusal(holder.present(1, NOW).await), RefreshRefusal::ClientDisabled);
                }
                ClientStatus::Active => assert!(matches!(holder.present(1, NOW).await, Rotation::Rotated(_))),
            }
        }
    }

    async fn a_revoked_grant_stays_revoked(store: Store) {
        let holder = Holder::of(&store).await;
        for reason in [RevocationReason::Client, RevocationReason::RefreshTokenReplayed] {
            store.write().await.unwrap().grants().revoke(holder.grant.id, reason, NOW).await.unwrap();
            assert!(!holder.is_live().await);
            assert_eq!(refusal(holder.present(1, NOW).await), RefreshRefusal::Revoked);
        }
    }

    async fn revoking_a_client_leaves_other_clients_and_citizens_alone(store: Store) {
        let holder = Holder::of(&store).await;
        let (an, binh) = (holder.grant.authentication.citizen, enrol(&store, BINH).await.id);
        let other = register(&store, "other").await;
        for grant in [grant(an, &holder.client, NOW), grant(an, &other, NOW), grant(binh, &holder.client, NOW)] {
            assert_eq!(exchange(&store, &grant).await, Exchange::Granted);
        }
        let mut writing = store.write().await.unwrap();
        let client = &holder.client.id;
        let reason = RevocationReason::ConsentWithdrawn;
        assert_eq!(writing.grants().revoke_of_client(an, client, reason, NOW).await.unwrap(), 2);
        assert_eq!(writing.grants().revoke_of_client(an, client, reason, NOW).await.unwrap(), 0);
        let of_an = writing.grants().list(an, None, 10).await.unwrap().items;
        assert_eq!(of_an.iter().map(|grant| grant.client.as_str()).collect::<Vec<_>>(), ["other"]);
        assert_eq!(writing.grants().list(binh, None, 10).await.unwrap().items.len(), 1);
    }

    async fn grants_are_listed_page_by_page_the_newest_first(store: Store) {
        let client = register(&store, "portal").await;
        let an = enrol(&store, AN).await;
        let mut written = Vec::new();
        for day in 0..5 {
            let grant = grant(an.id, &client, NOW + day * DAY);
            assert_eq!(exchange(&store, &grant).await, Exchange::Granted);
            written.insert(0, grant.id);
        }
        let (mut seen, mut before, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = store.read().await.unwrap().grants().list(an.id, before, 2).await.unwrap();
            seen.extend(page.items.iter().map(|grant| grant.id));
            pages += 1;
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!((seen, pages), (written, 3));
    }

    async fn grants_are_forgotten_when_nothing_of_them_is_good(store: Store) {
        let client = register(&store, "portal").await;
        let an = enrol(&store, AN).await;
        let (old, young) = (grant(an.id, &client, NOW), grant(an.id, &client, NOW + 5 * DAY));
        for grant in [&old, &young] {
            assert_eq!(exchange(&store, grant).await, Exchange::Granted);
        }
        let mut transaction = store.begin().await.unwrap();
        assert_eq!(transaction.grants().forget(NOW + 92 * DAY, 10).await.unwrap(), 1);
        assert_eq!(transaction.grants().forget(NOW + 92 * DAY, 10).await.unwrap(), 0);
        transaction.commit().await.unwrap();
        let left = store.read().await.unwrap().grants().list(an.id, None, 10).await.unwrap().items;
        assert_eq!(left.iter().map(|grant| grant.id).collect::<Vec<_>>(), [young.id]);
        assert_eq!(exchange(&store, &old).await, Exchange::Granted, "its place in the directory is free again");
    }
}
