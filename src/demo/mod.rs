//! The demonstration: a portal that is a real relying party, and its made-up people.
