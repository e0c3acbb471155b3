//! The pages, as people meet them: what they read when something is wrong, and what cannot be done to them.

mod account;
mod approvals;
mod consent;
mod console;
mod create;
mod data;
mod device;
mod language;
mod life;
mod linked_accounts;
mod onboarding;
mod passkeys;
mod people;
mod proofs;
mod recovery;
mod requests;
mod risk;
mod safety;
mod schemes;
mod second_step;
mod security;
mod self_registration;
mod sessions;
mod sign_in;
mod steps;
mod throttling;
