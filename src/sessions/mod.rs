//! The short-lived store: one small trait, Redis and in-process.
