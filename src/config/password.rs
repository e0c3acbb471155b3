//! `[password]`: what a password must be (NIST SP 800-63B-4 §3.1.1.2) and what checking one costs.

use std::time::Duration;

use super::reader::Reader;
use super::value::Size;
use crate::domain::password_policy::Lengths;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    pub lengths: Lengths,
    pub argon2: Argon2,
    /// Threads that hash; `None`: one a core.
    pub hashing_threads: Option<u32>,
    /// How long a sign-in waits for one of them before it is told to come again.
    pub queue_wait: Duration,
}

/// Argon2id's parameters (RFC 9106). Raising them rehashes each password at its next use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2 {
    pub memory: Size,
    pub iterations: u32,
    pub parallelism: u32,
}

impl Default for Password {
    fn default() -> Self {
        Self {
            lengths: Lengths::default(),
            argon2: Argon2 { memory: Size::mib(19), iterations: 2, parallelism: 1 },
            hashing_threads: None,
            queue_wait: Duration::from_secs(2),
        }
    }
}

impl Password {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let lengths = Lengths {
            alone: from.within("password.min_length_alone", default.lengths.alone, 15..=64),
            with_second_factor: from.within(
                "password.min_length_with_second_factor",
                default.lengths.with_second_factor,
                8..=64,
            ),
            most: from.within("password.max_length", default.lengths.most, 64..=256),
        };
        if lengths.with_second_factor > lengths.alone {
            from.refuse("password.min_length_with_second_factor", "expected no more than password.min_length_alone");
        }
        Self {
            lengths,
            // OWASP's least: 19 MiB, two passes, one lane.
            argon2: Argon2 {
                memory: from.within("password.argon2.memory", default.argon2.memory, Size::mib(19)..=Size::mib(1024)),
                iterations: from.within("password.argon2.iterations", default.argon2.iterations, 2..=10),
                parallelism: from.within("password.argon2.parallelism", default.argon2.parallelism, 1..=8),
            },
            hashing_threads: from.optional_within("password.hashing_threads", 1..=256),
            queue_wait: from.within(
                "password.queue_wait",
                default.queue_wait,
                Duration::from_millis(100)..=Duration::from_secs(2),
            ),
        }
    }
}
