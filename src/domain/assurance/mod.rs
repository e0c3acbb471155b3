//! How well a citizen is known, and how they signed in now: two axes, never one number, and two properties beside them.
//!
//! National terms and the one English name each has here:
//!
//! | Viet Nam (Decree 69/2024/NĐ-CP) | here |
//! |---|---|
//! | mức độ tài khoản định danh điện tử | [`AccountLevel`] |
//! | mức độ xác thực (Art. 20) | [`AuthenticationLevel`] |
//! | số định danh cá nhân | `national_id::NationalId`, scheme `vn` |
//!
//! | file | what it holds |
//! |---|---|
//! | [`level`] | the two axes |
//! | [`method`] | what a person can prove themselves with, and its `amr` value |
//! | [`proof`] | one proof, and what several of them reach together |
//! | [`requirement`] | what may be demanded of a sign-in |
//! | [`attainable`] | what can be proven here at all |
//! | [`acr`] | the `acr` values and what each of them demands |

pub mod acr;
pub mod attainable;
pub mod level;
pub mod method;
pub mod proof;
pub mod requirement;

pub use acr::AcrTable;
pub use attainable::Attainable;
pub use level::{AccountLevel, AuthenticationLevel};
pub use method::AuthenticationMethod;
pub use proof::{Factors, Proof, Proofs};
pub use requirement::Requirement;
