//! People who come from older systems: the password that they had opens their account, and is hashed as ours are from then on.

use std::time::Duration;

use senid::domain::audit::EventKind;

use crate::support::World;
use crate::support::world::{AN, Page, eventually, on_every_backend};

/// Of `hoa-sen-demo-2026`, by libxcrypt and Python's hashlib, as the systems that they are called after write them.
const HASHES: &[(&str, &str)] = &[
    ("bcrypt", "$2b$06$R9h/cIPz0gi.URNNX3kh2OhPEFJzuDCGl33/FnKrFD91mkABVfCse"),
    ("sha-crypt", "$5$rounds=1000$muoicuasen$rcSbhwPquWgifb44VODfm5oMjsV6HSw7OyMpuPM.578"),
    (
        "sha-crypt",
        "$6$rounds=5001$muoi.cua/sen1234$7FxxIGyIfkQfSIB3t3pCimja3RGslattSYUKxj/eGlYkDhCHxIFBwZ8FwnYZItRaCGy7ie3QvfqzbRQnO9xad0",
    ),
    ("pbkdf2", "$pbkdf2-sha256$1200$bXVvaSBjdWEgc2VuIDE2Yg$nCxJj2T.PpwYZBvLrhttXBQI7vsSYIIB4m2sji6g6n8"),
    ("pbkdf2", "pbkdf2_sha256$1000$MuoiCuaSen22$5PYO0P/bcJGdtQm91wKGJc6KyA09IcRAcJHKZ6oqIaY="),
    ("pbkdf2", "AQAAAAEAACcQAAAAEG11b2kgY3VhIHNlbiAxNmK8SghnTdgDdoy7NM7W8HZhtd2XlfFZqbmdFUYGhqnu4Q=="),
];

async fn tries(world: &World, password: &str) -> Page {
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let page = AN.tries(&mut browser, &page, password).await;
    // Who was wrong waits before the next try.
    world.wait(Duration::from_secs(601));
    page
}

on_every_backend! {
    async fn a_password_of_an_older_system_opens_once_and_is_ours_from_then_on(world: World) {
        let operator = world.operator();
        for (kind, hash) in HASHES {
            operator.brings_hash(&AN, hash).await;
            assert_eq!(tries(&world, "hoa-sen-demo-2027").await.status, 401, "{hash}");
            assert_eq!(operator.hash_of(&AN).await, *hash, "a wrong one changes nothing");
            assert_ne!(tries(&world, AN.password).await.status, 401, "{hash}");
            let ours = operator.hash_of(&AN).await;
            assert!(ours.starts_with("$argon2id$v=19$"), "{hash}: {ours}");
            // From then on it is checked as every other one.
            assert_eq!(tries(&world, "hoa-sen-demo-2027").await.status, 401, "{hash}");
            assert_ne!(tries(&world, AN.password).await.status, 401, "{hash}");
            assert_eq!(operator.hash_of(&AN).await, ours, "{hash}");
            let recorded = async || {
                let events = operator.events_of(&AN).await;
                events.iter().any(|event| {
                    event.kind == Some(EventKind::PasswordRehashed)
                        && event.details.get("before").is_some_and(|before| before == kind)
                })
            };
            eventually("it is recorded", recorded).await;
        }
    }

    async fn a_hash_that_cannot_be_read_opens_nothing(world: World) {
        for hash in ["", "plain", "$2b$31$R9h/cIPz0gi.URNNX3kh2OhPEFJzuDCGl33/FnKrFD91mkABVfCse", "$2b$06$short"] {
            world.operator().brings_hash(&AN, hash).await;
            assert!(tries(&world, AN.password).await.status.is_server_error(), "{hash}");
            assert_eq!(world.operator().hash_of(&AN).await, hash);
        }
    }
}
