//! The identity store: SQL, one file an aggregate, each query written once for Postgres and SQLite.
