//! The one way out: whatever SenID fetches or sends at an address that somebody else chose goes through [`Fetcher`].
//!
//! A portal names the addresses of its keys, of its request objects and of its sign-out. Whoever may choose an address
//! may try to make SenID knock on doors that only SenID can reach: the database beside it, the cloud's metadata, another
//! authority's network. Therefore, for every fetch:
//!
//! - https only, without a user or a password in the address; any port. What is signed by whom it is about and holds no
//!   secret (OCSP, revocation lists) may come over plain http, from the same addresses and no others;
//! - the host's addresses are held against IANA's special-purpose registries ([`network`]) and only those that passed are
//!   handed to the connection, so a name that resolves otherwise a moment later changes nothing ([`resolver`]);
//! - no redirect is followed, no proxy of the environment is used, no cookie is kept and no referer sent;
//! - five seconds for all of it, 64 KiB of answer (a minute, and 64 MiB for a revocation list or 16 MiB for authenticators' metadata), never unpacked, and of the media
//!   type that its purpose expects;
//! - what is said of a failure is about the address, never about what answered there.
//!
//! Answers that are asked for often are kept in a [`Cache`].

mod answer;
mod cache;
mod connecting;
mod error;
mod fetcher;
mod handing_over;
mod mail;
mod network;
mod probe;
mod purpose;
mod registry;
mod remote_signing;
mod resolver;
mod signature;
mod sms;
mod tally;
mod turns;

pub use answer::{Document, Look, Pushed};
pub use cache::{Cache, Kept};
pub use connecting::{Identity, SetupError};
pub use error::FetchError;
pub use fetcher::{Fetcher, Limits, Reach};
pub use mail::{MailServer, MailSetupError, Mailer, Security as MailSecurity};
pub use probe::{Probed, Prober, TlsFault, TlsSeen};
pub use purpose::Purpose;
pub use registry::{RegistryAt, RegistryKeys, RegistryOverHttp};
pub use remote_signing::SigningService;
pub use resolver::{Resolve, SystemResolver};
pub use signature::SharedKey;
pub use sms::SmsGateway;
pub use tally::Fetches;
