//! Hashing and verifying on real threads. What costs what is counted, not timed.

use super::*;
use crate::crypto::random::SystemRandom;

/// Of the reference implementation's own tests.
const REFERENCE: [(&str, &str); 3] = [
    ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
    ("password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
    ("password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
];

fn settings(parameters: Parameters) -> HasherSettings {
    let wait = Duration::from_secs(3600);
    HasherSettings { threads: NonZeroU32::new(2).unwrap(), queue: 100, wait, parameters }
}

fn cheap() -> Parameters {
    Parameters::new(256, 2, 1).unwrap()
}

fn hasher(parameters: Parameters) -> Hasher {
    Hasher::start(settings(parameters), Arc::new(SystemRandom::new())).unwrap()
}

fn password(text: &str) -> NormalisedPassword {
    NormalisedPassword::new(&SecretString::new(text), 128).unwrap()
}

#[tokio::test]
async fn the_reference_s_hashes_are_verified() {
    let hasher = hasher(cheap());
    for (right, phc) in REFERENCE {
        let hash = hasher.accept(phc).unwrap();
        let outcome = hasher.verify(Some(&password(right)), Some(&hash)).await.unwrap();
        assert!(matches!(outcome, Outcome::Match { .. }), "{phc}");
        let outcome = hasher.verify(Some(&password("Password")), Some(&hash)).await.unwrap();
        assert_eq!(outcome, Outcome::Mismatch, "{phc}");
    }
}

#[tokio::test]
async fn what_was_hashed_is_verified_and_nothing_else_is() {
    let hasher = hasher(cheap());
    let right = password("hoa-sen-demo-2026");
    let hash = hasher.hash(&right).await.unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=256,t=2,p=1$"));
    let verify = async |typed: &str| hasher.verify(Some(&password(typed)), Some(&hash)).await.unwrap();
    assert_eq!(verify("hoa-sen-demo-2026").await, Outcome::Match { needs_rehash: false });
    for wrong in ["hoa-sen-demo-2027", "hoa-sen-demo-2026 ", "Hoa-sen-demo-2026", "hoa-sen-demo-202", ""] {
        assert_eq!(verify(wrong).await, Outcome::Mismatch, "{wrong:?}");
    }
    // No password is not the empty one, whose hash an import may well hold.
    let empty = hasher.hash(&password("")).await.unwrap();
    assert_eq!(hasher.verify(None, Some(&empty)).await, Ok(Outcome::Mismatch));
    assert_ne!(hasher.hash(&right).await.unwrap(), hash, "the salt is another each time");
}

#[tokio::test]
async fn an_unknown_name_costs_as_many_hashes_of_the_same_cost() {
    let hasher = hasher(cheap());
    let (right, wrong) = (password("hoa-sen-demo-2026"), password("sai-mat-khau-2026"));
    let hash = hasher.hash(&right).await.unwrap();
    let cost = async |password: Option<&NormalisedPassword>, hash: Option<&PasswordHash>| {
        let before = hasher.load();
        let outcome = hasher.verify(password, hash).await.unwrap();
        let after = hasher.load();
        (outcome, after.computed - before.computed, after.work - before.work)
    };
    let known = (1, cheap().work());
    assert_eq!(cost(Some(&right), Some(&hash)).await, (Outcome::Match { needs_rehash: false }, known.0, known.1));
    assert_eq!(cost(Some(&wrong), Some(&hash)).await, (Outcome::Mismatch, known.0, known.1));
    assert_eq!(cost(Some(&wrong), None).await, (Outcome::Mismatch, known.0, known.1));
    assert_eq!(cost(None, None).await, (Outcome::Mismatch, known.0, known.1));
    assert_eq!(cost(None, Some(&hash)).await, (Outcome::Mismatch, known.0, known.1));
}

#[tokio::test]
async fn a_hash_of_an_older_system_is_checked_and_asks_for_one_of_ours() {
    let hasher = hasher(cheap());
    for text in [
        "$2b$06$R9h/cIPz0gi.URNNX3kh2OhPEFJzuDCGl33/FnKrFD91mkABVfCse",
        "$5$rounds=1000$muoicuasen$rcSbhwPquWgifb44VODfm5oMjsV6HSw7OyMpuPM.578",
        "pbkdf2_sha256$1000$MuoiCuaSen22$5PYO0P/bcJGdtQm91wKGJc6KyA09IcRAcJHKZ6oqIaY=",
    ] {
        let hash = hasher.accept(text).unwrap();
        assert_eq!(hash.as_str(), text);
        // Right or wrong, a hash of ours is computed beside it: what it costs tells nothing of the password.
        for (typed, outcome) in [
            (Some(password("hoa-sen-demo-2026")), Outcome::Match { needs_rehash: true }),
            (Some(password("hoa-sen-demo-2027")), Outcome::Mismatch),
            (None, Outcome::Mismatch),
        ] {
            let before = hasher.load();
            assert_eq!(hasher.verify(typed.as_ref(), Some(&hash)).await.unwrap(), outcome, "{text}");
            let after = hasher.load();
            assert_eq!((after.computed - before.computed, after.work - before.work), (1, cheap().work()), "{text}");
        }
    }
    // It is computed, and not only counted: an old hash that costs next to nothing takes as long as one of ours.
    let dear =
        Hasher::start(settings(Parameters::new(32 * 1024, 4, 1).unwrap()), Arc::new(SystemRandom::new())).unwrap();
    let old = dear.accept("$2b$06$R9h/cIPz0gi.URNNX3kh2OhPEFJzuDCGl33/FnKrFD91mkABVfCse").unwrap();
    let typed = password("hoa-sen-demo-2027");
    let took = async |hash: Option<&PasswordHash>| {
        let since = monotonic();
        assert_eq!(dear.verify(Some(&typed), hash).await, Ok(Outcome::Mismatch));
        monotonic().duration_since(since)
    };
    let (mut with_old, mut with_none) = (Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        with_old = with_old.min(took(Some(&old)).await);
        with_none = with_none.min(took(None).await);
    }
    assert!(with_old >= with_none / 2, "{with_old:?} for an old one, {with_none:?} for one of ours");
    let empty = "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.";
    let hash = hasher.accept(empty).unwrap();
    assert_eq!(hasher.verify(None, Some(&hash)).await, Ok(Outcome::Mismatch), "no password is not the empty one");
}

#[tokio::test]
async fn the_dummy_matches_nothing_even_if_its_password_is_hit() {
    // A random source that gives zeros makes a dummy that a test can hit.
    #[derive(Debug)]
    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }
    let mut hasher = Hasher::start(settings(cheap()), Arc::new(Zeros)).unwrap();
    let hit = password("hoa-sen-demo-2026");
    let hash = hasher.hash(&hit).await.unwrap();
    hasher.dummy = Phc::parse(hash.as_str(), cheap()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(hasher.verify(Some(&hit), None).await, Ok(Outcome::Mismatch));
}

#[tokio::test]
async fn a_password_is_rehashed_once_parameters_have_risen() {
    let right = password("hoa-sen-demo-2026");
    let old = hasher(cheap()).hash(&right).await.unwrap();
    for risen in [Parameters::new(512, 2, 1), Parameters::new(256, 3, 1), Parameters::new(256, 2, 2)] {
        let hasher = hasher(risen.unwrap());
        let outcome = hasher.verify(Some(&right), Some(&old)).await;
        assert_eq!(outcome, Ok(Outcome::Match { needs_rehash: true }));
        let new = hasher.hash(&right).await.unwrap();
        let outcome = hasher.verify(Some(&right), Some(&new)).await;
        assert_eq!(outcome, Ok(Outcome::Match { needs_rehash: false }));
    }
}

#[tokio::test]
async fn an_imported_hash_with_a_short_salt_is_rehashed() {
    let hasher = hasher(cheap());
    let imported = hasher.accept(REFERENCE[0].1).unwrap();
    let outcome = hasher.verify(Some(&password("password")), Some(&imported)).await;
    assert_eq!(outcome, Ok(Outcome::Match { needs_rehash: true }));
}

#[tokio::test]
async fn a_stored_hash_that_is_none_is_an_error_not_a_mismatch() {
    let hasher = hasher(cheap());
    let hash = PasswordHash::from_phc("$1$O3JMY.Tw$AdLnLjQ/5jXF9.MTp3gHv/");
    let outcome = hasher.verify(Some(&password("password")), Some(&hash)).await;
    assert_eq!(outcome, Err(HashError::Unreadable(PhcError::Format)));
    assert_eq!(hasher.load().computed, 0);
}

#[tokio::test]
async fn many_at_once_each_get_their_own_answer() {
    let hasher = Arc::new(hasher(cheap()));
    let tasks: Vec<_> = (0..24)
        .map(|number| {
            let hasher = hasher.clone();
            tokio::spawn(async move {
                let own = password(&format!("password-number-{number}"));
                let hash = hasher.hash(&own).await.unwrap();
                let other = password(&format!("password-number-{}", number + 1));
                let right = hasher.verify(Some(&own), Some(&hash)).await.unwrap();
                (right, hasher.verify(Some(&other), Some(&hash)).await.unwrap())
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), (Outcome::Match { needs_rehash: false }, Outcome::Mismatch));
    }
    let load = hasher.load();
    assert_eq!((load.computed, load.waiting, load.running, load.refused), (72, 0, 0, 0));
    assert!(load.hashed > Duration::ZERO);
}

#[tokio::test]
async fn stopping_finishes_what_waits_and_ends_the_threads() {
    // The threads start only after the jobs have queued, so that there is something to finish.
    let hasher = Arc::new(Hasher::without_threads(settings(cheap()), Arc::new(SystemRandom::new())));
    let waiting: Vec<_> = (0..4)
        .map(|_| {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.hash(&password("hoa-sen-demo-2026")).await })
        })
        .collect();
    while hasher.load().waiting < 4 {
        tokio::task::yield_now().await;
    }
    for number in 0..2 {
        hasher.start_thread(number).unwrap();
    }
    hasher.stop().await;
    assert_eq!(hasher.ended.receiver_count(), 0);
    for task in waiting {
        assert!(task.await.unwrap().is_ok());
    }
    assert_eq!(hasher.hash(&password("hoa-sen-demo-2026")).await, Err(HashError::Stopped));
    assert_eq!(hasher.verify(None, None).await, Err(HashError::Stopped));
}
