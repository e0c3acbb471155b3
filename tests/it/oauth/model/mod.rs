//! The authorization endpoint against a model of its rules that was written from the standards and shares no code with it:
//! random requests, most of them nearly right, by people who are there or not, must come out alike.
//!
//! `SENID_MODEL_CASES=20000 cargo test --test it oauth::model` tries as many, others every time.

mod clients;
mod outcome;
mod requests;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, CHAU};

use clients::CLIENTS;
use outcome::{Expected, Observed};
use requests::{Case, Hint, Person};

/// How long ago everyone signed in who did.
const AGE: u64 = 1000;

/// A deployment that knows the model's clients, and the browsers of the model's people.
struct Stage {
    world: World,
    browsers: BTreeMap<Person, Browser>,
    hints: BTreeMap<(&'static str, Hint), String>,
}

impl Stage {
    async fn set(world: World) -> Self {
        let operator = world.operator();
        for client in clients::extra() {
            operator.registers(&client).await;
        }
        operator.disables(clients::DISABLED).await;

        // Who has allowed every client what it may ask for, whoever asks.
        let mut consenting = world.browser();
        let mut hints = BTreeMap::new();
        for client in CLIENTS {
            hints.insert((client.id, Hint::Own), client.id_token(&world, &mut consenting, &AN).await);
            let token = client.id_token(&world, &mut world.browser(), &CHAU).await;
            hints.insert((client.id, Hint::SomeoneElse), token);
        }
        for (at, client) in CLIENTS.iter().enumerate() {
            let neighbour = &CLIENTS[(at + 1) % CLIENTS.len()];
            let token = hints[&(neighbour.id, Hint::Own)].clone();
            hints.insert((client.id, Hint::OfAnotherClient), token);
            hints.insert((client.id, Hint::Garbage), "eyJhbGciOiJub25lIn0.e30.".to_owned());
        }
        // Who has signed in, where nobody is asked, and has allowed nothing.
        let mut newcomer = world.browser();
        world.sign_in_again(&mut newcomer, &world.portal("registry"), &BINH).await;
        world.wait(std::time::Duration::from_secs(AGE));

        let browsers =
            [(Person::Nobody, world.browser()), (Person::Consenting, consenting), (Person::Newcomer, newcomer)];
        Self { browsers: browsers.into_iter().collect(), hints, world }
    }

    /// The parameters of the case, with the hints that it only names.
    fn parameters(&self, case: &Case) -> Vec<(String, String)> {
        let of = |hint: Hint| self.hints[&(case.client, hint)].clone();
        case.parameters.iter().map(|(name, value)| (name.clone(), value.text(of))).collect()
    }

    async fn observe(&self, case: &Case) -> Observed {
        let mut browser = self.browsers[&case.person].clone();
        let parameters = self.parameters(case);
        let page = match case.by_post {
            true => browser.post_from("https://portal.example", "/authorize", &parameters).await,
            false => {
                let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&parameters).finish();
                browser.open(&self.world.at(&format!("/authorize?{query}"))).await
            }
        };
        Observed::read(&page)
    }
}

/// What has to be seen, for the comparison to be worth anything.
const SEEN: &[&str] = &[
    "page",
    "sign-in",
    "consent",
    "create",
    "success query",
    "success fragment",
    "success form_post",
    "success query.jwt",
    "success fragment.jwt",
    "success form_post.jwt",
    "error query",
    "error fragment",
    "error form_post",
    "error query.jwt",
    "error fragment.jwt",
    "error form_post.jwt",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_response_type",
    "registration_not_supported",
    "login_required",
    "consent_required",
];

/// How many requests are tried, and whether every rule has to be among them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    Whole,
    /// The rules are the same code on every backend.
    Sample,
}

async fn compare(world: World, effort: Effort) {
    let cases = if effort == Effort::Whole { 3000 } else { 500 };
    let stage = Stage::set(world).await;
    let seen = std::cell::RefCell::new(BTreeSet::new());
    let handle = tokio::runtime::Handle::current();
    let asked = std::env::var("SENID_MODEL_CASES").ok().map(|cases| cases.parse().expect("a number of cases"));
    let config = Config { cases: asked.unwrap_or(cases), failure_persistence: None, ..Config::default() };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let outcome = runner.run(&requests::case(), |case| {
        let observed = tokio::task::block_in_place(|| handle.block_on(stage.observe(&case)));
        let facts = CLIENTS.iter().find(|client| client.id == case.client).expect("one of the model's");
        let expected = rules::expect(facts, case.person, &case.named(), AGE);
        seen.borrow_mut().extend(observed.names());
        if let Expected::Error { .. } = expected {
            seen.borrow_mut().extend(rules::only_fault(facts, &case.named()).map(str::to_owned));
        }
        match expected.agrees_with(&observed) {
            true => Ok(()),
            false => Err(TestCaseError::fail(format!("expected {expected:?}\nobserved {observed:?}"))),
        }
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, case)) => {
            let pairs: Vec<String> =
                case.parameters.iter().map(|(name, value)| format!("  {name} = {value:?}")).collect();
            panic!("{why}\n{:?}, client {}, POST {}\n{}", case.person, case.client, case.by_post, pairs.join("\n"));
        }
        Err(abort) => panic!("{abort}"),
    }
    // Each rule must have been the only one that was broken, or nobody would notice that it is not held.
    let due = SEEN.iter().chain(rules::RULES);
    let unseen: Vec<_> = due.filter(|name| !seen.borrow().contains(**name)).collect();
    assert!(effort == Effort::Sample || unseen.is_empty(), "no case came to {unseen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_comes_out_as_the_standards_say_embedded() {
    compare(World::embedded().await, Effort::Whole).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_comes_out_as_the_standards_say_production() {
    compare(World::production().await, Effort::Sample).await;
}
