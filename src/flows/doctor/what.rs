//! Everything that a check of a deployment can find.

use super::Severity;

macro_rules! whats {
    ($($name:ident = $code:literal $severity:ident: $remedy:literal;)*) => {
        /// What was found, by a code that stays.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum What { $($name,)* }

        impl What {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its subject, a dot, and what it is: stable, for whoever reads it with a program.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What to do about it; nothing where nothing is to be done.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

whats! {
    ClockSound = "clock.sound" Ok: "";
    ClockDatabase = "clock.database" Warning: "Have both machines keep time by NTP (chrony, systemd-timesyncd) from the same source.";
    ClockDatabaseFar = "clock.database_far" Fault: "Set the clock right: tokens and sign-ins expire by it. Have both machines keep time by NTP.";
    ClockIssuer = "clock.issuer" Warning: "Have the servers and the proxy keep time by NTP.";
    ClockIssuerFar = "clock.issuer_far" Fault: "Set the clock right: portals refuse tokens of the future. Have every server keep time by NTP.";

    IssuerSound = "issuer.sound" Ok: "";
    IssuerLocal = "issuer.local" Note: "Set issuer to the public address before anybody else is to reach it.";
    IssuerUnreachable = "issuer.unreachable" Fault: "See that the name resolves, that the proxy listens, and that a server is ready behind it.";
    IssuerRedirect = "issuer.redirect" Fault: "Serve the issuer where it says it is: portals follow no redirect from its discovery document.";
    IssuerStatus = "issuer.status" Fault: "Let the proxy pass the issuer's path on as it came, and look at the server's log.";
    IssuerNoDocument = "issuer.no_document" Fault: "Something else answers at this address: let the proxy pass the path on to SenID.";
    IssuerOther = "issuer.other" Fault: "Set the same issuer for every server, letter by letter: portals compare it (OpenID Connect Discovery §4.3).";
    IssuerNoHsts = "issuer.no_hsts" Warning: "Do not let the proxy take Strict-Transport-Security away (RFC 6797).";

    TlsSound = "tls.sound" Ok: "";
    TlsName = "tls.name" Fault: "Get a certificate for the issuer's host.";
    TlsExpired = "tls.expired" Fault: "Renew the certificate, and see why nothing renewed it in time.";
    TlsNotYet = "tls.not_yet" Fault: "The certificate is of the future: set the clock right, or take the former one back into use.";
    TlsUntrusted = "tls.untrusted" Fault: "Send the whole chain, from an authority that browsers know; for one of your own, name it in outbound.ca_file.";
    TlsRefused = "tls.refused" Fault: "Look at the proxy's log: it does not speak TLS 1.2 or 1.3 with SenID's suites.";
    TlsEnding = "tls.ending" Warning: "Renew the certificate now, and see why nothing did by itself.";
    TlsOld = "tls.old" Fault: "Switch TLS 1.0 and 1.1 off in the proxy (RFC 8996).";
    TlsNoThirteen = "tls.no_1_3" Warning: "Switch TLS 1.3 on in the proxy (RFC 9325 §3.1.1).";

    ProxiesSound = "proxies.sound" Ok: "";
    ProxiesNone = "proxies.none" Note: "Where a proxy stands in front, name its addresses in proxies.trusted: else all citizens come from its address.";
    ProxiesWide = "proxies.wide" Fault: "Name the proxies' own addresses in proxies.trusted: whoever is in a trusted range chooses where they come from.";
    ProxiesPublic = "proxies.public" Warning: "Name single addresses in proxies.trusted: the range is public, and others may be in it.";
    ProxiesForged = "proxies.forged_certificate" Fault: "Take Client-Cert and Client-Cert-Chain away from every request at the proxy before it writes its own (RFC 9440 §4): anybody can name themselves any client.";

    DatabaseSound = "database.sound" Ok: "";
    DatabaseAway = "database.away" Fault: "See that the database runs and lets SenID in (database.url).";
    DatabaseEmbedded = "database.embedded" Note: "For one server, and as safe as its disk: use Postgres for more.";
    DatabaseFsync = "database.fsync" Fault: "Set fsync = on, and restore from a copy if the machine ever lost its power: what was written may be damaged.";
    DatabasePages = "database.full_page_writes" Fault: "Set full_page_writes = on: without it a power cut damages tables.";
    DatabaseCommit = "database.synchronous_commit" Fault: "Set synchronous_commit = on: a revocation that was acknowledged must outlive a crash.";
    DatabaseLocalCommit = "database.local_commit" Warning: "Set synchronous_commit = on or remote_apply: with local a standby that takes over may lack what was acknowledged.";
    DatabaseNoStandby = "database.no_standby" Note: "With a synchronous standby (synchronous_standby_names) nothing that was acknowledged is lost with this machine.";
    DatabaseConnections = "database.max_connections" Fault: "Raise max_connections, lower database.max_connections, or put PgBouncer in between.";
    DatabaseSuperuser = "database.superuser" Warning: "Connect as senid_server (deploy/postgres/roles.sql): a superuser can rewrite the audit log, and read files.";
    DatabaseRights = "database.rights" Warning: "Run deploy/postgres/roles.sql and connect as senid_server: this role can change what the audit log says.";
    DatabaseIsolation = "database.isolation" Warning: "Set default_transaction_isolation = 'read committed': that is what SenID is tested under.";
    DatabaseStandby = "database.standby" Fault: "Point database.url at the primary: this one takes no writes.";
    DatabasePlain = "database.plain" Warning: "Speak TLS with the database: leave sslmode out of database.url, or set it to verify-full.";

    RedisSound = "redis.sound" Ok: "";
    RedisNone = "redis.none" Note: "Sessions are in the server's own memory: for one server, and they end with it.";
    RedisNoneForMany = "redis.none_for_many" Fault: "Set sessions.url to a Redis: several servers must share their sessions, codes and replay marks.";
    RedisAway = "redis.away" Fault: "See that Redis runs and lets SenID in (sessions.url).";
    RedisOld = "redis.old" Fault: "Run Redis 7 or later.";
    RedisReplica = "redis.replica" Fault: "Point sessions.url at the primary, or at the sentinels.";
    RedisEvicts = "redis.evicts" Fault: "Set maxmemory-policy noeviction: one that evicts forgets replay marks and spent codes.";
    RedisUnbounded = "redis.unbounded" Note: "Set maxmemory with maxmemory-policy noeviction, so that Redis refuses before the machine runs out.";
    RedisFull = "redis.full" Warning: "Raise maxmemory: when it is reached nobody can sign in.";
    RedisNotKept = "redis.not_kept" Warning: "Set appendonly yes: else everybody is signed out when Redis is started again.";
    RedisAlone = "redis.alone" Note: "With a replica and Sentinel a lost machine costs seconds; so it costs everybody's session.";
    RedisCutOff = "redis.cut_off" Warning: "Set min-replicas-to-write 1: a primary that is cut off from its replicas must stop by itself.";
    RedisSilent = "redis.silent" Note: "This Redis does not tell its settings (CONFIG): see to maxmemory-policy noeviction and appendonly yes yourself.";

    KeysSound = "keys.sound" Ok: "";
    KeysMaster = "keys.master" Fault: "Bring the master key that the database's keys are sealed under (keys.master_key_file or SENID_MASTER_KEY).";
    KeysOtherMaster = "keys.other_master" Fault: "This is another deployment's master key, or an older one: bring the one that the database's keys are sealed under.";
    KeysModule = "keys.module" Fault: "See that the hardware module and its token are there; what its PIN and its keys are: senid keys module";
    KeysNone = "keys.none" Fault: "Run: senid keys rotate";
    KeysLate = "keys.late" Warning: "A running server rotates by itself: look at its log, or run: senid keys rotate";
    KeysDevelopment = "keys.development" Note: "Set keys.master_key_file before anybody real is entered.";

    CertificatesSound = "certificates.sound" Ok: "";
    CertificatesEnding = "certificates.ending" Warning: "Have it renewed, and put the new one beside it before the old one ends.";
    CertificatesEnded = "certificates.ended" Fault: "Replace it: whoever needs it is refused.";
    CertificatesUnreadable = "certificates.unreadable" Fault: "See that the file is there, in PEM, and that SenID may read it.";

    SchemaSound = "schema.sound" Ok: "";
    SchemaBehind = "schema.behind" Fault: "Run: senid migrate";
    SchemaOther = "schema.other" Fault: "Run the version of SenID that made this schema, or a newer one.";

    OutboxSound = "outbox.sound" Ok: "";
    OutboxLate = "outbox.late" Warning: "See whether a server runs and reaches whom it is for: senid deliveries list, senid stream events, senid messages list";

    AuditSound = "audit.sound" Ok: "";
    AuditWaiting = "audit.waiting" Warning: "See whether a server runs: events get their places within a second.";
    AuditUnsigned = "audit.unsigned" Warning: "See whether a server runs and its log: heads are signed every five seconds.";
    AuditNoWitness = "audit.no_witness" Note: "With witnesses (audit.witnesses) nobody who holds the database and the key can show two different logs.";
    AuditWitnessBehind = "audit.witness_behind" Warning: "See whether the witness is reached, and what it answers: docs/audit-log.md";

    ReachSound = "reach.sound" Ok: "";
    ReachMail = "reach.mail" Fault: "See messages.mail: host, port, security and login; citizens get neither codes nor warnings.";
    ReachSms = "reach.sms" Fault: "See messages.sms.url: citizens get no text messages.";
}
