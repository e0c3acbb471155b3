//! What operators rely on: health, metrics, overload, outages, a stop that loses nothing, several servers, the audit log.

mod audit;
mod audit_log;
mod audit_stream;
mod authenticator_metadata;
mod check_up;
mod demo_staff;
mod doctor;
mod erasure;
mod expiry;
mod messages;
mod metrics;
mod moving_in;
mod once_only;
mod outages;
mod overload;
pub mod processes;
mod registry_recheck;
mod round_trips;
mod several_servers;
mod single_logout;
mod statistics;
mod stop;
mod traces;
mod transfer;
mod trust;
