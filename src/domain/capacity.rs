//! What a deployment needs, from what was measured: the formulas of docs/scaling.md, and its constants by the same names. Where each was
//! measured stands in docs/measurements.md; a test holds the page's numbers against these.
//!
//! A figure is `f64` throughout: nothing here decides anything, and nothing is known to more than two digits.

/// CPU time of one operation, in milliseconds of one core, on the machine of docs/measurements.md.
pub const PASSWORD_SERVER: f64 = 15.0;
pub const PASSWORD_POSTGRES: f64 = 1.8;
pub const PASSWORD_REDIS: f64 = 0.3;
/// Derived: a password sign-in without its hash, and a passkey's assertion.
pub const PASSKEY_SERVER: f64 = 2.1;
pub const SILENT_SERVER: f64 = 0.475;
pub const SILENT_POSTGRES: f64 = 0.375;
pub const SILENT_REDIS: f64 = 0.050;
pub const REFRESH_SERVER: f64 = 0.084;
pub const REFRESH_POSTGRES: f64 = 0.072;
pub const INTROSPECT_SERVER: f64 = 0.070;
pub const INTROSPECT_REDIS: f64 = 0.005;
pub const CLIENT_SERVER: f64 = 0.114;
pub const CLIENT_POSTGRES: f64 = 0.025;
pub const CLIENT_REDIS: f64 = 0.009;
/// One hash under load.
pub const HASH: f64 = 13.5;
/// Bytes of tables and indexes: a citizen; a citizen at one portal; the events of one sign-in.
pub const CITIZEN_BYTES: f64 = 1_745.0;
pub const PORTAL_BYTES: f64 = 2_163.0;
pub const AUDIT_BYTES: f64 = 1_887.0;
/// KiB of write-ahead log, a sign-in: between checkpoints, and right after one.
pub const LOG_BYTES: f64 = 4.5;
pub const LOG_BYTES_WORST: f64 = 66.0;
/// Bytes in Redis, somebody who is signed in.
pub const SESSION_BYTES: f64 = 1_100.0;
/// MB, a server; and each of its hashing threads.
pub const SERVER_MEMORY: f64 = 42.0;
pub const HASH_MEMORY: f64 = 20.0;
/// Of the day, in its busiest hour. An assumption, as the two below it are.
pub const BUSY_HOUR: f64 = 0.12;
/// The busiest minute against the rest of that hour.
pub const BURST: f64 = 2.0;
/// Of a core, at that minute.
pub const UTILISATION: f64 = 0.65;

/// Bytes to a browser that has nothing of SenID's yet, a sign-in: the page with everything switched on (docs/measurements.md).
pub const SIGN_IN_PAGE_BYTES: f64 = 58_064.0;
/// KiB of a page of Postgres.
const PAGE: f64 = 8.0;
const SECONDS_AN_HOUR: f64 = 3_600.0;
const DAYS_A_YEAR: f64 = 365.0;

/// The constants, by the names that docs/scaling.md has them under.
pub const CONSTANTS: &[(&str, f64)] = &[
    ("PASSWORD_SERVER", PASSWORD_SERVER),
    ("PASSWORD_POSTGRES", PASSWORD_POSTGRES),
    ("PASSWORD_REDIS", PASSWORD_REDIS),
    ("PASSKEY_SERVER", PASSKEY_SERVER),
    ("SILENT_SERVER", SILENT_SERVER),
    ("SILENT_POSTGRES", SILENT_POSTGRES),
    ("SILENT_REDIS", SILENT_REDIS),
    ("REFRESH_SERVER", REFRESH_SERVER),
    ("REFRESH_POSTGRES", REFRESH_POSTGRES),
    ("INTROSPECT_SERVER", INTROSPECT_SERVER),
    ("INTROSPECT_REDIS", INTROSPECT_REDIS),
    ("CLIENT_SERVER", CLIENT_SERVER),
    ("CLIENT_POSTGRES", CLIENT_POSTGRES),
    ("CLIENT_REDIS", CLIENT_REDIS),
    ("HASH", HASH),
    ("CITIZEN_BYTES", CITIZEN_BYTES),
    ("PORTAL_BYTES", PORTAL_BYTES),
    ("AUDIT_BYTES", AUDIT_BYTES),
    ("LOG_BYTES", LOG_BYTES),
    ("LOG_BYTES_WORST", LOG_BYTES_WORST),
    ("SESSION_BYTES", SESSION_BYTES),
    ("SERVER_MEMORY", SERVER_MEMORY),
    ("HASH_MEMORY", HASH_MEMORY),
    ("BUSY_HOUR", BUSY_HOUR),
    ("BURST", BURST),
    ("UTILISATION", UTILISATION),
];

/// How people behave: what nobody measures for an operator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// Who has an account.
    pub citizens: f64,
    /// Sign-ins with a page, of all portals.
    pub daily_sign_ins: f64,
    /// Of those, with a password, from 0 to 1.
    pub password_share: f64,
    pub busy_hour: f64,
    pub burst: f64,
    pub utilisation: f64,
    /// Of each, a sign-in.
    pub silent: f64,
    pub refreshes: f64,
    pub introspections: f64,
    pub client_tokens: f64,
    /// That a citizen signs in to, ever.
    pub portals: f64,
    /// At once.
    pub signed_in: f64,
    /// Of one server: as many threads hash.
    pub cores_a_server: f64,
}

impl Demand {
    /// The behaviour that docs/scaling.md assumes, for so many.
    pub fn of(citizens: f64, daily_sign_ins: f64, password_share: f64) -> Self {
        Self {
            citizens,
            daily_sign_ins,
            password_share,
            busy_hour: BUSY_HOUR,
            burst: BURST,
            utilisation: UTILISATION,
            silent: 1.0,
            refreshes: 5.0,
            introspections: 10.0,
            client_tokens: 1.0,
            portals: 3.0,
            signed_in: daily_sign_ins,
            cores_a_server: 8.0,
        }
    }
}

/// What it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Sign-ins a second in the busiest minute.
    pub peak: f64,
    /// Times the day's mean.
    pub peak_factor: f64,
    /// Cores of servers, by what they are busy with.
    pub server_cores_by_kind: [(&'static str, f64); 6],
    /// All of them.
    pub server_cores: f64,
    /// Whole machines, and one more that may be lost.
    pub servers: f64,
    pub postgres_cores: f64,
    /// Of the one core of a Redis, 1 where it is all of it.
    pub redis_share: f64,
    /// Redis primaries that it takes.
    pub redis_primaries: f64,
    /// Rows of citizens, and of grants and what else each portal makes of them.
    pub people_rows: f64,
    pub people_bytes: f64,
    pub audit_bytes_a_year: f64,
    /// Bytes of write-ahead log a second at the peak: between checkpoints, and right after one.
    pub log_bytes: (f64, f64),
    /// Pages that Postgres writes a second at the peak, right after a checkpoint: no more than those.
    pub page_writes: f64,
    /// Bytes of Redis' memory.
    pub session_bytes: f64,
    /// Bytes of memory of all servers.
    pub server_bytes: f64,
    /// Bits a second to browsers at the peak, none of which has anything yet: no more than those.
    pub bandwidth_bits: f64,
}

/// The plan for a demand.
pub fn plan(demand: &Demand) -> Plan {
    let Demand { citizens, daily_sign_ins, password_share, silent, refreshes, introspections, client_tokens, .. } =
        *demand;
    let peak = daily_sign_ins * demand.busy_hour / SECONDS_AN_HOUR * demand.burst;
    let cores = |milliseconds: f64| peak * milliseconds / 1000.0 / demand.utilisation;
    let server_cores_by_kind = [
        ("passwords", cores(password_share * PASSWORD_SERVER)),
        ("passkeys", cores((1.0 - password_share) * PASSKEY_SERVER)),
        ("silent sign-on", cores(silent * SILENT_SERVER)),
        ("refresh", cores(refreshes * REFRESH_SERVER)),
        ("introspection", cores(introspections * INTROSPECT_SERVER)),
        ("client credentials", cores(client_tokens * CLIENT_SERVER)),
    ];
    let server_cores = server_cores_by_kind.iter().map(|(_, cores)| cores).sum::<f64>();
    let servers = (server_cores / demand.cores_a_server).ceil() + 1.0;
    let of_postgres =
        PASSWORD_POSTGRES + silent * SILENT_POSTGRES + refreshes * REFRESH_POSTGRES + client_tokens * CLIENT_POSTGRES;
    let of_redis =
        PASSWORD_REDIS + silent * SILENT_REDIS + introspections * INTROSPECT_REDIS + client_tokens * CLIENT_REDIS;
    let kib = |kib: f64| peak * kib * 1024.0;
    Plan {
        peak,
        peak_factor: demand.busy_hour * 24.0 * demand.burst,
        server_cores_by_kind,
        server_cores,
        servers,
        postgres_cores: cores(of_postgres),
        redis_share: cores(of_redis),
        redis_primaries: cores(of_redis).ceil().max(1.0),
        people_rows: citizens * (1.0 + demand.portals),
        people_bytes: citizens * (CITIZEN_BYTES + demand.portals * PORTAL_BYTES),
        audit_bytes_a_year: daily_sign_ins * DAYS_A_YEAR * AUDIT_BYTES,
        log_bytes: (kib(LOG_BYTES), kib(LOG_BYTES_WORST)),
        page_writes: peak * LOG_BYTES_WORST / PAGE,
        session_bytes: demand.signed_in * SESSION_BYTES,
        server_bytes: servers * (SERVER_MEMORY + demand.cores_a_server * HASH_MEMORY) * 1e6,
        bandwidth_bits: peak * SIGN_IN_PAGE_BYTES * 8.0,
    }
}

#[cfg(test)]
#[path = "capacity_tests.rs"]
mod tests;
