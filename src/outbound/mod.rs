//! Everything that is fetched from or sent to somewhere else.
