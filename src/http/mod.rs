//! The HTTP doors: axum only. `router.rs` is the table of contents.
