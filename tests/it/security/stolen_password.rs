//! Whoever has a citizen's password, or a session that stands on it, keeps nothing of it once its owner has acted: neither a sign-in
//! that was being checked meanwhile, nor a change that was, nor the device that they made their own.

use std::time::Duration;

use senid::credentials::password::Outcome;
use senid::domain::password_hash::PasswordHash;
use senid::domain::password_policy::NormalisedPassword;
use senid::domain::secret::SecretString;
use senid::domain::time::Clock;
use tokio::task::JoinSet;

use super::up_to_password;
use crate::support::World;
use crate::support::world::means::Telephone;
use crate::support::world::{AN, Backend, Browser, Citizen, eventually, on_every_backend};

const NEW: &str = "a sentence that nobody else thinks of";
const A_THIEF_S: &str = "another sentence, of a thief's own";
/// Of nobody's password, and so that it takes its time.
const COSTLY: &str = "$argon2id$v=19$m=131072,t=4,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

/// A world where passwords wait for their turn, however long.
async fn patient(backend: Backend) -> World {
    World::start(backend, |settings| settings.password.queue_wait = Duration::from_secs(60)).await
}

/// Passwords that are checked before anybody else's.
struct Busy {
    jobs: JoinSet<Outcome>,
    submitted: u64,
}

impl Busy {
    /// Gives the one thread that hashes a few seconds' work.
    async fn makes(world: &World) -> Self {
        const JOBS: u64 = 6;
        let before = Self::submitted(world);
        let mut jobs = JoinSet::new();
        for _ in 0..JOBS {
            let app = world.app(0).clone();
            jobs.spawn(async move {
                let password = NormalisedPassword::new(&SecretString::new(NEW), 256).unwrap();
                app.hasher.verify(Some(&password), Some(&PasswordHash::from_phc(COSTLY))).await.unwrap()
            });
        }
        eventually("they wait", async || Self::submitted(world) >= before + JOBS).await;
        Self { jobs, submitted: before + JOBS }
    }

    fn submitted(world: &World) -> u64 {
        let load = world.app(0).hasher.load();
        load.computed + (load.running + load.waiting) as u64
    }

    /// Until somebody else's password waits behind them.
    async fn is_joined(&self, world: &World) {
        eventually("another one waits", async || Self::submitted(world) > self.submitted).await;
        assert!(world.app(0).hasher.load().waiting > 0, "it was checked already");
    }

    async fn ends(self) {
        self.jobs.join_all().await;
    }
}

/// Sets another password, as its owner would elsewhere.
async fn is_changed(world: &World, citizen: &Citizen) {
    world.wait(Duration::from_secs(1));
    let id = world.operator().id_of(citizen).await;
    let now = world.clock.now();
    let mut store = world.app(0).store.write().await.unwrap();
    store.passwords().replace(id, &SecretString::new(COSTLY), now).await.unwrap();
}

async fn changes_password(browser: &mut Browser, citizen: &Citizen, to: &str) {
    let page = citizen.enters_account(browser, "/account/security/password").await;
    let page = browser.press(&page, "password-save", &[("password", to)]).await;
    assert_eq!(page.path(), "/account/security", "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_was_changed_while_it_was_checked_lets_nobody_in() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = patient(backend).await;
        let mut thief = world.browser();
        let page = up_to_password(&mut thief, &world.portal("tax-office"), &AN).await;
        let busy = Busy::makes(&world).await;
        let (shown, ()) = tokio::join!(AN.enters(&mut thief, &page, AN.password), async {
            busy.is_joined(&world).await;
            is_changed(&world, &AN).await;
        });
        assert_eq!(shown.status, 401, "{}", shown.text());
        assert!(!thief.cookies.contains_key("senid-session"));
        busy.ends().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_whoever_was_signed_out_while_it_was_made_is_none() {
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = patient(backend).await;
        let (mut thief, mut owner) = (world.browser_at("127.0.0.9"), world.browser());
        let page = AN.enters_account(&mut thief, "/account/security/password").await;
        let sessions = AN.enters_account(&mut owner, "/account/sessions").await;
        let id = world.operator().id_of(&AN).await;
        let stored = async || {
            let mut store = world.app(0).store.read().await.unwrap();
            store.passwords().find(id).await.unwrap().unwrap().changed_at
        };
        let before = stored().await;
        world.wait(Duration::from_secs(1));
        let busy = Busy::makes(&world).await;
        let (shown, ()) = tokio::join!(thief.press(&page, "password-save", &[("password", A_THIEF_S)]), async {
            busy.is_joined(&world).await;
            let page = owner.press(&sessions, "end-others", &[]).await;
            assert_eq!(page.path(), "/account/sessions", "{}", page.text());
        });
        assert_eq!(shown.path(), "/account/sign-in", "{}", shown.text());
        assert_eq!(stored().await, before, "the password is its owner's");
        assert_eq!(owner.open("/account").await.path(), "/account");
        busy.ends().await;
    }
}

on_every_backend! {
    async fn a_device_that_a_thief_made_their_own_is_a_stranger_s_once_the_password_is_another(world: World) {
        let portal = world.portal("tax-office");
        let (mut thief, _) = world.signed_in(&portal, &AN).await;
        let mut owner = world.browser();
        world.wait(Duration::from_secs(60));
        changes_password(&mut owner, &AN, NEW).await;
        let id = world.operator().id_of(&AN).await;
        for _ in 0..world.app(0).settings.throttling.failures_in_a_row {
            world.app(0).store.write().await.unwrap().passwords().record_failure(id).await.unwrap();
        }
        // However often it is guessed at elsewhere, on a device of their own a citizen signs in: whose is this one?
        let anew = portal.start().with("prompt", "login").url();
        let now = Citizen { password: NEW, ..AN };
        let page = thief.open(&anew).await;
        assert_eq!(now.tries(&mut thief, &page, NEW).await.status, 401);
        let page = owner.open(&anew).await;
        now.goes_through(&mut owner, page).await;
        // Nor does any device stay known where somebody said that it was not them.
        let page = owner.open("/account/not-me").await;
        owner.press(&page, "not-me-confirm", &[]).await;
        assert!(world.app(0).store.read().await.unwrap().known_devices().list(id).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_from_a_mailbox_or_a_telephone_that_is_no_factor_signs_nobody_in_anew() {
    let telephone = Telephone::new();
    let world = World::start(Backend::embedded().await, |settings| telephone.is_reached(settings)).await;
    let mut found = world.browser();
    let page = AN.enters_account(&mut found, "/account/security/totp/new").await;
    assert_eq!(page.path(), "/account/security/confirm", "{}", page.text());
    world.wait(Duration::from_secs(300));
    let (page, code) = telephone.receives(&mut found, &page, "send-sms", &[]).await;
    let page = found.press(&page, "prove", &[("code", &code)]).await;
    assert!(page.has("#secret"), "{}: {}", page.url, page.text());
    // The portal wants somebody who signed in within two minutes; the password was typed before that.
    let asked = world.portal("tax-office").start().with("max_age", "120");
    assert!(found.open(&asked.url()).await.has("#username"));
}
