//! Argon2id (RFC 9106), version 19, in memory that is used again and again.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroizing;

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Argon2id takes 8 KiB of memory a lane and more, and at least one iteration and one lane")]
pub struct InvalidParameters;

impl Parameters {
    /// # Errors
    /// If Argon2id is not defined for them.
    pub fn new(memory_kib: u32, iterations: u32, parallelism: u32) -> Result<Self, InvalidParameters> {
        // Checked first: the library multiplies before it compares.
        if !(1..=0xff_ffff).contains(&parallelism) {
            return Err(InvalidParameters);
        }
        Params::new(memory_kib, iterations, parallelism, None).map_err(|_| InvalidParameters)?;
        Ok(Self { memory_kib, iterations, parallelism })
    }

    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    pub const fn iterations(self) -> u32 {
        self.iterations
    }

    pub const fn parallelism(self) -> u32 {
        self.parallelism
    }

    /// The memory that is gone through in all, in KiB: what the time is proportional to.
    pub const fn work(self) -> u64 {
        self.memory_kib as u64 * self.iterations as u64
    }

    fn params(self, length: usize) -> argon2::Result<Params> {
        Params::new(self.memory_kib, self.iterations, self.parallelism, Some(length))
    }
}

/// One thread's memory.
pub(super) struct Arena {
    blocks: Vec<Block>,
    usual: usize,
}

impl Arena {
    /// Memory for hashes of the usual cost.
    pub(super) fn new(usual: Parameters) -> Self {
        let usual = usual.params(32).map_or(0, |params| params.block_count());
        Self { blocks: vec![Block::new(); usual], usual }
    }

    /// The hash of `secret`, of `length` bytes.
    pub(super) fn hash(
        &mut self,
        parameters: Parameters,
        secret: &[u8],
        salt: &[u8],
        length: usize,
    ) -> argon2::Result<Zeroizing<Vec<u8>>> {
        let params = parameters.params(length)?;
        let blocks = params.block_count();
        if self.blocks.len() < blocks {
            self.blocks.resize(blocks, Block::new());
        }
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut output = Zeroizing::new(vec![0; length]);
        let hashed = argon2.hash_password_into_with_memory(secret, salt, &mut output, &mut self.blocks[..blocks]);
        if self.blocks.len() > self.usual {
            // An imported hash wanted more than ours do; the next one will not.
            self.blocks.truncate(self.usual);
            self.blocks.shrink_to_fit();
        }
        hashed.map(|()| output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arena_grows_for_one_hash_and_shrinks_again() {
        let (usual, large) = (Parameters::new(64, 1, 1).unwrap(), Parameters::new(256, 1, 1).unwrap());
        let mut arena = Arena::new(usual);
        let before = arena.hash(usual, b"password", b"somesalt", 32).unwrap();
        arena.hash(large, b"password", b"somesalt", 32).unwrap();
        assert_eq!(arena.blocks.len(), 64);
        assert!(arena.blocks.capacity() < 256);
        assert_eq!(arena.hash(usual, b"password", b"somesalt", 32).unwrap(), before, "what was there before shows");
    }

    #[test]
    fn parameters_that_argon2_does_not_define_are_refused() {
        assert!(Parameters::new(8, 1, 1).is_ok());
        for (memory, iterations, parallelism) in [(7, 1, 1), (15, 1, 2), (8, 0, 1), (8, 1, 0), (u32::MAX, 1, u32::MAX)]
        {
            assert_eq!(Parameters::new(memory, iterations, parallelism), Err(InvalidParameters));
        }
    }
}
