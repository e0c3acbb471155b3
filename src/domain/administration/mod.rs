//! Who may administer what: named permissions in one table, roles composed of them, and whom a role was given to.
//!
//! | file | what it is |
//! |---|---|
//! | [`permission`] | the table of permissions |
//! | [`role`] | the roles, each a list of permissions |
//! | [`authority`] | what somebody may do now, held against an act |
//! | [`grant`] | that a citizen holds a role |
//! | [`approval`] | what takes a second person |
//! | [`break_glass`] | the sealed way in for the day on which no administrator can be reached |

pub mod approval;
pub mod authority;
pub mod break_glass;
pub mod grant;
pub mod permission;
pub mod role;

pub use authority::{Authority, Denied, Reached, Staff};
pub use grant::RoleGrant;
pub use permission::{Area, Care, Concern, Effect, Permission};
pub use role::Role;
