//! Acting for an organisation: who may, where it is asked, and what comes of losing it.
//!
//! | file | what it is about |
//! |---|---|
//! | [`acting`] | by which mandates somebody may act at a portal now, and whether what stands on one still does |
//! | [`ending`] | a mandate ends, with everything that was granted by it |
//! | [`expiry`] | mandates whose time is over are ended |
//!
//! What citizens do with them is in `account::organisations`, what registrars do in `admin::organisations`, and the choice at sign-in
//! in `sign_in::in_whose_name`.

pub mod acting;
pub(super) mod ending;
pub mod expiry;
