//! The operating system's random source, behind [`Random`].

use ring::rand::SecureRandom;

use crate::domain::random::Random;

/// The operating system's random source (`getrandom(2)` on Linux).
#[derive(Clone, Debug)]
pub struct SystemRandom(ring::rand::SystemRandom);

impl SystemRandom {
    pub fn new() -> Self {
        Self(system())
    }
}

/// The same source as ring's own functions want it: they take no other, so key generation and ECDSA cannot be fixed in
/// a test.
pub(super) fn system() -> ring::rand::SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the source that everyone else is handed")]
    ring::rand::SystemRandom::new()
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        if self.0.fill(buffer).is_err() {
            // Not an error that a request could answer: whatever were made from here on could be guessed.
            eprintln!("the operating system gives no random bytes; stopping");
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ_and_fill_the_whole_buffer() {
        let random: &dyn Random = &SystemRandom::new();
        let first: [u8; 64] = random.bytes();
        let second: [u8; 64] = random.bytes();
        assert_ne!(first, second);
        assert!(first[32..].iter().any(|byte| *byte != 0), "the tail was left as it was");
    }
}
