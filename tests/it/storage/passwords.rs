//! Passwords and known devices in the identity store.

use senid::domain::risk::Place;
use senid::domain::secret::SecretString;
use senid::storage::KnownDevice;

use super::on_every_database;
use super::people::{AN, BINH, DAY, NOW, PHC, citizen, enrol, hash, known_device};

on_every_database! {
    async fn every_failure_counts_until_the_right_password_comes(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let attempts: Vec<_> = (0..20)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.write().await.unwrap().passwords().record_failure(an).await.unwrap() })
            })
            .collect();
        let mut counts = Vec::new();
        for attempt in attempts {
            counts.push(attempt.await.unwrap());
        }
        counts.sort_unstable();
        assert_eq!(counts, (1..=20).collect::<Vec<_>>());

        let mut writing = store.write().await.unwrap();
        assert_eq!(writing.passwords().find(an).await.unwrap().unwrap().failures_in_a_row, 20);
        assert_eq!(writing.passwords().find(binh).await.unwrap().unwrap().failures_in_a_row, 0);
        writing.passwords().reset_failures(an).await.unwrap();
        assert_eq!(writing.passwords().find(an).await.unwrap().unwrap().failures_in_a_row, 0);
        assert_eq!(writing.passwords().record_failure(an).await.unwrap(), 1);
    }

    async fn whoever_has_no_password_has_no_failures(store: Store) {
        let nobody = citizen(AN).citizen.id;
        let mut writing = store.write().await.unwrap();
        assert_eq!(writing.passwords().record_failure(nobody).await.unwrap(), 0);
        assert!(writing.passwords().find(nobody).await.unwrap().is_none());
    }

    async fn a_new_password_starts_anew(store: Store) {
        let an = enrol(&store, AN).await.id;
        let mut writing = store.write().await.unwrap();
        writing.passwords().record_failure(an).await.unwrap();
        writing.passwords().replace(an, &SecretString::new("$argon2id$new"), NOW + DAY).await.unwrap();
        let password = writing.passwords().find(an).await.unwrap().unwrap();
        assert_eq!((password.phc.expose(), password.failures_in_a_row), ("$argon2id$new", 0));
        assert_eq!(password.changed_at, NOW + DAY);
    }

    async fn a_rehash_does_not_undo_a_change(store: Store) {
        let an = enrol(&store, AN).await.id;
        let (old, changed, rehashed) =
            (SecretString::new(PHC), SecretString::new("$argon2id$changed"), SecretString::new("$argon2id$rehashed"));
        let mut writing = store.write().await.unwrap();
        assert!(writing.passwords().rehash(an, &old, &rehashed).await.unwrap());
        assert!(!writing.passwords().rehash(an, &old, &rehashed).await.unwrap(), "of two at once, one does it");
        let password = writing.passwords().find(an).await.unwrap().unwrap();
        assert_eq!((password.phc, password.changed_at), (rehashed.clone(), NOW), "the password is the same");

        writing.passwords().replace(an, &changed, NOW).await.unwrap();
        assert!(!writing.passwords().rehash(an, &rehashed, &old).await.unwrap());
        assert_eq!(writing.passwords().find(an).await.unwrap().unwrap().phc, changed);
    }

    async fn a_device_is_known_by_its_secret_and_to_its_citizen(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let (phone, laptop) = (known_device("phone", NOW), known_device("laptop", NOW + DAY));
        let mut writing = store.write().await.unwrap();
        for device in [&phone, &laptop] {
            writing.known_devices().remember(an, device).await.unwrap();
        }
        assert_eq!(writing.known_devices().find(an, &[hash("x"), hash("phone")]).await.unwrap(), Some(phone.clone()));
        assert_eq!(writing.known_devices().find(binh, &[hash("phone")]).await.unwrap(), None);
        assert_eq!(writing.known_devices().list(an).await.unwrap(), [laptop.clone(), phone.clone()]);

        let again = KnownDevice { secret: phone.secret, label: "new name".to_owned(), ..known_device("x", NOW + 2 * DAY) };
        writing.known_devices().remember(an, &again).await.unwrap();
        let expected = KnownDevice { label: again.label, last_used_at: NOW + 2 * DAY, ..phone.clone() };
        assert_eq!(writing.known_devices().list(an).await.unwrap(), [expected, laptop]);

        writing.known_devices().forget(binh, phone.id).await.unwrap();
        writing.known_devices().forget_all(binh).await.unwrap();
        assert_eq!(writing.known_devices().list(an).await.unwrap().len(), 2, "nobody forgets another's devices");
        writing.known_devices().forget(an, phone.id).await.unwrap();
        assert_eq!(writing.known_devices().find(an, &[phone.secret]).await.unwrap(), None);
        writing.known_devices().forget_all(an).await.unwrap();
        assert_eq!(writing.known_devices().list(an).await.unwrap(), []);
    }

    async fn a_device_shows_whom_it_was_told_to_and_nobody_once_it_is_forgotten(store: Store) {
        let (an, binh) = (enrol(&store, AN).await.id, enrol(&store, BINH).await.id);
        let (of_an, of_binh) = (known_device("an here", NOW), known_device("binh here", NOW + DAY));
        let mut writing = store.write().await.unwrap();
        writing.known_devices().remember(an, &of_an).await.unwrap();
        writing.known_devices().remember(binh, &of_binh).await.unwrap();
        let secrets = [of_an.secret, of_binh.secret];
        assert_eq!(writing.remembered_people().find(&secrets).await.unwrap(), [], "known is not shown");
        for _ in 0..2 {
            writing.remembered_people().remember(binh, of_binh.secret, NOW).await.unwrap();
            writing.remembered_people().remember(an, of_an.secret, NOW).await.unwrap();
        }
        let shown = writing.remembered_people().find(&secrets).await.unwrap();
        assert_eq!(shown.iter().map(|person| (person.citizen, person.device)).collect::<Vec<_>>(), [(an, of_an.id), (binh, of_binh.id)]);
        assert_eq!(writing.remembered_people().find(&secrets[1..]).await.unwrap(), shown[1..]);
        assert_eq!(writing.remembered_people().find(&[]).await.unwrap(), []);
        // Nobody is remembered on a device that is not known as theirs.
        assert!(writing.remembered_people().remember(an, hash("elsewhere"), NOW).await.is_err());

        writing.known_devices().forget_here(binh, of_an.secret).await.unwrap();
        assert_eq!(writing.remembered_people().find(&secrets).await.unwrap().len(), 2, "nobody forgets another's devices");
        writing.known_devices().forget_here(an, of_an.secret).await.unwrap();
        assert_eq!(writing.remembered_people().find(&secrets).await.unwrap(), shown[1..]);
        writing.known_devices().forget_all(binh).await.unwrap();
        assert_eq!(writing.remembered_people().find(&secrets).await.unwrap(), []);
    }

    async fn where_a_device_was_is_forgotten_and_the_device_is_not(store: Store) {
        let an = enrol(&store, AN).await.id;
        let mut writing = store.write().await.unwrap();
        let (old, new) = (known_device("old", NOW), known_device("new", NOW + DAY));
        for device in [&old, &new] {
            writing.known_devices().remember(an, device).await.unwrap();
        }
        assert_eq!(writing.known_devices().forget_places(NOW + DAY, 10).await.unwrap(), 1);
        assert_eq!(writing.known_devices().forget_places(NOW + DAY, 10).await.unwrap(), 0);
        let placeless = KnownDevice { place: None, ..old };
        assert_eq!(writing.known_devices().list(an).await.unwrap(), [new, placeless.clone()]);
        // Used again, it has one again.
        let moved = KnownDevice { place: Some(Place::from_bytes([9; 32])), last_used_at: NOW + 2 * DAY, ..placeless };
        writing.known_devices().remember(an, &moved).await.unwrap();
        assert_eq!(writing.known_devices().find(an, &[moved.secret]).await.unwrap(), Some(moved));
    }
}
