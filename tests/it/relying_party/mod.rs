//! Relying parties by the `openidconnect` crate: the crate itself, and the demonstration portal that is written with it.
//! Other languages' libraries are in `conformance/interop`.

mod openidconnect;
mod portal;
