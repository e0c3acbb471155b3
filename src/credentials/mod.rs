//! What a citizen proves themselves with.
