//! Ring behind our own names: signatures, hashes, sealing, randomness, the key ring.
