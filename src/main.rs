//! SenID's program.

fn main() {}
