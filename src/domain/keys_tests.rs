//! The life of key pairs, lived through by a clock that is moved.

use super::rotation::READ_BY_ALL;
use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn policy() -> RotationPolicy {
    RotationPolicy {
        algorithms: vec![SignatureAlgorithm::Es256],
        encryption: vec![],
        publish_before: DAY * 2,
        rotate_every: DAY * 90,
        retire_after: DAY,
    }
}

/// A store of keys that takes the steps a plan names.
#[derive(Default)]
struct Keys {
    rows: Vec<KeyPair>,
    made: usize,
}

impl Keys {
    fn started(now: Timestamp) -> Self {
        let mut keys = Self::default();
        keys.rotate(now);
        keys
    }

    fn rotate(&mut self, now: Timestamp) {
        self.take(plan_rotation(&self.rows, now, &policy()), now);
    }

    fn take(&mut self, steps: Vec<RotationStep>, now: Timestamp) {
        for step in steps {
            match step {
                RotationStep::Create { algorithm, active_from } => {
                    let kid = KeyId::new(format!("key-{}", self.made));
                    self.made += 1;
                    let key =
                        KeyPair { kid, algorithm, created_at: now, active_from, retired_at: None, removed_at: None };
                    self.rows.push(key);
                }
                RotationStep::Activate { kid, active_from } => self.row(&kid).active_from = active_from,
                RotationStep::Retire { kid, retired_at, removed_at } => {
                    self.row(&kid).retired_at = Some(retired_at);
                    self.row(&kid).removed_at = Some(removed_at);
                }
                RotationStep::Delete { kid } => self.rows.retain(|key| key.kid != kid),
            }
        }
    }

    fn row(&mut self, kid: &KeyId) -> &mut KeyPair {
        self.rows.iter_mut().find(|key| key.kid == *kid).unwrap()
    }

    fn signer(&self, now: Timestamp) -> &str {
        current(&self.rows, SignatureAlgorithm::Es256, now).unwrap().kid.as_str()
    }

    fn states(&self, now: Timestamp) -> Vec<(&str, KeyState)> {
        self.rows.iter().map(|key| (key.kid.as_str(), key.state(&self.rows, now))).collect()
    }
}

fn day(number: u32) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000) + DAY * number
}

#[test]
fn the_first_start_makes_a_current_and_a_next_key() {
    let keys = Keys::started(day(0));
    assert_eq!(keys.states(day(0)), [("key-0", KeyState::Current), ("key-1", KeyState::Next)]);
    assert_eq!(plan_rotation(&keys.rows, day(0), &policy()), [], "a second start changes nothing");
}

#[test]
fn a_key_goes_from_next_to_current_to_previous_to_removed() {
    let mut keys = Keys::started(day(0));
    assert_eq!(keys.signer(day(89)), "key-0");
    // The next key takes over by itself, before the job has run.
    assert_eq!(keys.signer(day(90)), "key-1");
    assert_eq!(keys.states(day(90)), [("key-0", KeyState::Previous), ("key-1", KeyState::Current)]);

    keys.rotate(day(90));
    let expected = [("key-0", KeyState::Previous), ("key-1", KeyState::Current), ("key-2", KeyState::Next)];
    assert_eq!(keys.states(day(90)), expected);
    assert_eq!(plan_rotation(&keys.rows, day(90), &policy()), []);

    assert_eq!(keys.states(day(91))[0], ("key-0", KeyState::Removed));
    keys.rotate(day(91));
    assert_eq!(keys.states(day(91)), [("key-1", KeyState::Current), ("key-2", KeyState::Next)]);
}

#[test]
fn over_years_every_key_is_published_before_it_signs_and_after() {
    let mut keys = Keys::default();
    let mut published_since = std::collections::HashMap::<String, u32>::new();
    let mut signed_last = std::collections::HashMap::<String, u32>::new();
    for now in 0..1000 {
        // The job is away for a while now and then, as jobs are.
        if now % 120 < 60 {
            keys.rotate(day(now));
        }
        let published: Vec<_> = keys.rows.iter().filter(|key| key.is_published(day(now))).collect();
        for key in &published {
            published_since.entry(key.kid.to_string()).or_insert(now);
        }
        let signer = keys.signer(day(now)).to_owned();
        assert!(signer == "key-0" || now - published_since[&signer] >= 2, "{signer} signs unannounced on day {now}");
        signed_last.insert(signer, now);
        for (kid, last) in &signed_last {
            let there = published.iter().any(|key| key.kid.as_str() == kid);
            assert!(there || now - last > 1, "{kid} went on day {now}, having signed on day {last}");
        }
    }
    assert!(keys.made >= 9, "only {} keys in 1000 days", keys.made);
    assert!(keys.rows.len() <= 3, "{} keys were kept", keys.rows.len());
}

#[test]
fn a_job_that_was_away_still_publishes_before_use() {
    let mut keys = Keys::started(day(0));
    keys.rotate(day(400));
    assert_eq!(keys.signer(day(400)), "key-1");
    let next = keys.rows.iter().find(|key| key.kid.as_str() == "key-2").unwrap();
    assert_eq!(next.active_from, day(402));
    let retired = keys.rows.iter().find(|key| key.kid.as_str() == "key-0").unwrap();
    assert_eq!(retired.retired_at, Some(day(90)), "it signed last when the next took over, not when the job ran");
}

#[test]
fn rotating_now_lets_the_next_key_sign_at_once() {
    let mut keys = Keys::started(day(0));
    let steps = plan_rotation_now(&keys.rows, day(3), &policy());
    keys.take(steps, day(3));
    let expected = [("key-0", KeyState::Previous), ("key-1", KeyState::Current), ("key-2", KeyState::Next)];
    assert_eq!(keys.states(day(3)), expected);
    assert_eq!(plan_rotation(&keys.rows, day(3), &policy()), []);
    assert_eq!(keys.signer(day(92)), "key-1");
    assert_eq!(keys.signer(day(93)), "key-2");
}

#[test]
fn rotating_in_the_very_moment_of_the_first_start_works_too() {
    let mut keys = Keys::started(day(0));
    let steps = plan_rotation_now(&keys.rows, day(0), &policy());
    keys.take(steps, day(0));
    assert_eq!(keys.signer(day(0)), "key-1");
}

#[test]
fn rotating_now_without_a_next_key_makes_one() {
    let mut keys = Keys::started(day(0));
    keys.rows.truncate(1);
    let steps = plan_rotation_now(&keys.rows, day(3), &policy());
    keys.take(steps, day(3));
    assert_eq!(keys.signer(day(3)), "key-2");
    let expected = [("key-0", KeyState::Previous), ("key-2", KeyState::Current), ("key-3", KeyState::Next)];
    assert_eq!(keys.states(day(3)), expected);
}

#[test]
fn a_leaked_key_is_withdrawn_with_nothing_left_after_it() {
    let mut keys = Keys::started(day(0));
    let at_once = RotationPolicy { retire_after: Duration::ZERO, ..policy() };
    let steps = plan_rotation_now(&keys.rows, day(3), &at_once);
    keys.take(steps, day(3));
    assert_eq!(keys.states(day(3))[0], ("key-0", KeyState::Removed));
}

#[test]
fn a_change_over_waits_until_the_next_key_has_been_published_for_long_enough() {
    let mut keys = Keys::started(day(0));
    let wait = policy().publish_before;
    let steps = plan_change_over(&keys.rows, day(0), &policy());
    keys.take(steps, day(0));
    let moment = day(0) + wait;
    assert_eq!(keys.signer(moment - Duration::from_micros(1)), "key-0");
    assert_eq!(keys.signer(moment), "key-1");
    assert_eq!(plan_change_over(&keys.rows, day(0), &policy()), [], "it is planned already");
}

#[test]
fn a_change_over_with_a_key_that_everybody_knows_is_done_at_once() {
    let mut keys = Keys::started(day(0));
    let steps = plan_change_over(&keys.rows, day(40), &policy());
    assert_eq!(unannounced(&keys.rows, &steps, day(40)), []);
    keys.take(steps, day(40));
    let expected = [("key-0", KeyState::Previous), ("key-1", KeyState::Current), ("key-2", KeyState::Next)];
    assert_eq!(keys.states(day(40)), expected);
}

#[test]
fn a_change_over_without_a_next_key_announces_one_first() {
    let mut keys = Keys::started(day(0));
    keys.rows.truncate(1);
    let steps = plan_change_over(&keys.rows, day(3), &policy());
    let active_from = day(3) + policy().publish_before;
    assert_eq!(steps, [RotationStep::Create { algorithm: SignatureAlgorithm::Es256.into(), active_from }]);
}

#[test]
fn keys_that_sign_before_portals_can_know_them_are_named() {
    let mut keys = Keys::started(day(0));
    let soon = day(0) + Duration::from_secs(299);
    let steps = plan_rotation_now(&keys.rows, soon, &policy());
    assert_eq!(unannounced(&keys.rows, &steps, soon), [(SignatureAlgorithm::Es256, Duration::from_secs(299))]);
    let later = day(0) + JWKS_KEPT_FOR;
    assert_eq!(unannounced(&keys.rows, &plan_rotation_now(&keys.rows, later, &policy()), later), []);
    keys.rows.truncate(1);
    let steps = plan_rotation_now(&keys.rows, later, &policy());
    assert_eq!(unannounced(&keys.rows, &steps, later), [(SignatureAlgorithm::Es256, Duration::ZERO)]);
}

#[test]
fn algorithms_rotate_apart() {
    let mut keys = Keys::started(day(0));
    let both = RotationPolicy { algorithms: vec![SignatureAlgorithm::Es256, SignatureAlgorithm::Rs256], ..policy() };
    let steps = plan_rotation(&keys.rows, day(10), &both);
    let create = |active_from| RotationStep::Create { algorithm: SignatureAlgorithm::Rs256.into(), active_from };
    assert_eq!(steps, [create(day(10)), create(day(100))]);
    keys.take(steps, day(10));
    assert_eq!(keys.signer(day(10)), "key-0");
    assert_eq!(current(&keys.rows, SignatureAlgorithm::Rs256, day(10)).unwrap().kid.as_str(), "key-2");
}

fn encryption() -> RotationPolicy {
    RotationPolicy { algorithms: vec![], encryption: vec![EncryptionKeyType::P256], ..policy() }
}

fn published(keys: &Keys, now: Timestamp) -> Vec<&str> {
    keys.rows.iter().filter(|key| key.is_published(now)).map(|key| key.kid.as_str()).collect()
}

#[test]
fn an_encryption_key_is_replaced_when_its_time_is_over_and_decrypts_for_a_while_longer() {
    let mut keys = Keys::default();
    let rotate = |keys: &mut Keys, now| keys.take(plan_rotation(&keys.rows, now, &encryption()), now);
    rotate(&mut keys, day(0));
    rotate(&mut keys, day(89));
    assert_eq!(published(&keys, day(89)), ["key-0"], "nobody has to know the next one beforehand");
    assert_eq!(keys.rows.len(), 1);

    rotate(&mut keys, day(90));
    assert_eq!(published(&keys, day(90)), ["key-0"], "not before every server has read it");
    let later = day(90) + READ_BY_ALL;
    rotate(&mut keys, later);
    assert_eq!(published(&keys, later), ["key-1"], "what is not to be encrypted to is not shown");
    assert_eq!(plan_rotation(&keys.rows, later, &encryption()), []);
    let accepted = |at| keys.rows.iter().filter(|key| key.is_accepted(at)).count();
    assert_eq!((accepted(day(91)), accepted(day(91) + READ_BY_ALL)), (2, 1));
}

#[test]
fn an_encryption_key_that_leaked_is_replaced_at_once() {
    let mut keys = Keys::default();
    keys.take(plan_rotation(&[], day(0), &encryption()), day(0));
    let steps = plan_rotation_now(&keys.rows, day(3), &encryption());
    keys.take(steps, day(3));
    assert_eq!(published(&keys, day(3)), ["key-1"]);
    assert_eq!(keys.states(day(3)), [("key-0", KeyState::Previous), ("key-1", KeyState::Current)]);
}

#[test]
fn two_servers_that_both_planned_agree_on_the_signer() {
    let mut keys = Keys::default();
    let steps = plan_rotation(&[], day(0), &policy());
    keys.take(steps.clone(), day(0));
    keys.take(steps, day(0));
    let signer = keys.signer(day(0)).to_owned();
    keys.rows.reverse();
    assert_eq!(keys.signer(day(0)), signer);
}

#[test]
fn a_key_s_algorithm_is_read_back_from_its_name() {
    let names: Vec<&str> = RotationPolicy { algorithms: SignatureAlgorithm::ALL.into(), ..encryption() }
        .all()
        .map(|algorithm| {
            assert_eq!(KeyAlgorithm::from_name(algorithm.name()), Some(algorithm));
            algorithm.name()
        })
        .collect();
    assert_eq!(names, ["ES256", "ES384", "EdDSA", "PS256", "RS256", "ECDH-ES"]);
    assert_eq!(KeyAlgorithm::from_name("none"), None);
}

#[test]
fn algorithm_names_are_exact() {
    for algorithm in SignatureAlgorithm::ALL {
        assert_eq!(SignatureAlgorithm::from_name(algorithm.name()), Some(algorithm));
        assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
    }
    for name in ["none", "None", "HS256", "es256", "ES256 ", ""] {
        assert_eq!(SignatureAlgorithm::from_name(name), None, "{name:?}");
    }
}

#[test]
fn keys_move_with_an_overlap_and_what_signs_goes_on_until_its_successor_is_known() {
    let mut keys = Keys::started(day(0));
    let elsewhere = |kids: &[&str]| kids.iter().map(|kid| KeyId::new(*kid)).collect();
    assert_eq!(plan_move(&keys.rows, &elsewhere(&[]), day(1), &policy()), [], "everything is where it should be");
    let steps = plan_move(&keys.rows, &elsewhere(&["key-0", "key-1"]), day(1), &policy());
    keys.take(steps, day(1));
    assert_eq!(keys.states(day(1)), [("key-0", KeyState::Current), ("key-2", KeyState::Next)]);
    assert_eq!(
        plan_move(&keys.rows, &elsewhere(&["key-0"]), day(1), &policy()),
        [],
        "asked again, there is nothing to do"
    );
    assert_eq!(keys.signer(day(2)), "key-0");
    // It has been published for as long as every portal takes to hear of it.
    assert_eq!(keys.signer(day(3)), "key-2");
    keys.rotate(day(3));
    assert!(
        keys.rows[0].is_accepted(day(3)) && !keys.rows[0].is_accepted(day(4)),
        "what it signed is accepted for a day"
    );

    // The next one alone is elsewhere: it goes, and its place is taken.
    let mut keys = Keys::started(day(0));
    keys.take(plan_move(&keys.rows, &elsewhere(&["key-1"]), day(1), &policy()), day(1));
    assert_eq!(keys.states(day(1)), [("key-0", KeyState::Current), ("key-2", KeyState::Next)]);
    assert_eq!(keys.row(&KeyId::new("key-2")).active_from, day(90));
}
