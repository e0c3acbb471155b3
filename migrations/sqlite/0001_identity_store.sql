-- The same tables as Postgres has. Ids are UUIDv7 in 16 bytes, times are microseconds since the Unix epoch from SenID's own clock.
-- Personal data is sealed with a data key of each citizen's own; nothing here names a person in clear.

CREATE TABLE citizens (
    id                      BLOB    PRIMARY KEY,
    status                  TEXT    NOT NULL,
    account_level           INTEGER NOT NULL,
    -- The citizen's data key, wrapped by this version of the master key.
    data_key                BLOB    NOT NULL,
    master_version          INTEGER NOT NULL,
    national_id             BLOB    NOT NULL,
    profile                 BLOB    NOT NULL,
    -- 0 until a first lock or "sign out everywhere".
    sessions_valid_from     INTEGER NOT NULL,
    created_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Read after a failover of the short-lived store: whose sessions were cut since.
CREATE INDEX citizens_sessions_cut ON citizens (sessions_valid_from, id) WHERE sessions_valid_from > 0;

-- Directory: whom a name belongs to, by its keyed blind index under every live version of the key.
CREATE TABLE sign_in_names (
    name_index              BLOB    NOT NULL,
    kind                    TEXT    NOT NULL,
    key_version             INTEGER NOT NULL,
    citizen_id              BLOB    NOT NULL REFERENCES citizens (id),
    PRIMARY KEY (name_index, kind, key_version)
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_names_of_citizen ON sign_in_names (citizen_id);

CREATE TABLE passwords (
    citizen_id              BLOB    PRIMARY KEY REFERENCES citizens (id),
    phc                     TEXT    NOT NULL,
    failures_in_a_row       INTEGER NOT NULL,
    changed_at              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE known_devices (
    citizen_id              BLOB    NOT NULL REFERENCES citizens (id),
    id                      BLOB    NOT NULL,
    secret_hash             BLOB    NOT NULL,
    label                   TEXT    NOT NULL,
    created_at              INTEGER NOT NULL,
    last_used_at            INTEGER NOT NULL,
    PRIMARY KEY (citizen_id, id),
    UNIQUE (citizen_id, secret_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE clients (
    id                      TEXT    PRIMARY KEY,
    status                  TEXT    NOT NULL,
    -- JSON of the whole client; its status and times are read from the columns.
    document                TEXT    NOT NULL,
    version                 INTEGER NOT NULL,
    created_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Grants have no foreign keys: a new grant would lock, and so write, its citizen's row. Citizens are never deleted.
CREATE TABLE grants (
    citizen_id              BLOB    NOT NULL,
    id                      BLOB    NOT NULL,
    client_id               TEXT    NOT NULL,
    scope                   TEXT    NOT NULL,
    nonce                   TEXT,
    session_id              BLOB    NOT NULL,
    auth_time               INTEGER NOT NULL,
    methods                 TEXT    NOT NULL,
    level                   INTEGER NOT NULL,
    created_at              INTEGER NOT NULL,
    -- Nothing that was issued for it is good after this: the row may go.
    forget_after            INTEGER NOT NULL,
    revoked_at              INTEGER,
    revoked_reason          TEXT,
    refresh_current         BLOB,
    refresh_parent          BLOB,
    refresh_rotated_at      INTEGER,
    refresh_idle_expires_at INTEGER,
    refresh_expires_at      INTEGER,
    refresh_key_version     INTEGER,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_forget_after ON grants (forget_after);

-- Directory: whose a grant is, and the last arbiter of a code's single use. A row without a citizen is the
-- tombstone of a code that was replayed before its grant was written.
CREATE TABLE grant_directory (
    grant_id                BLOB    PRIMARY KEY,
    citizen_id              BLOB,
    code_hash               BLOB    NOT NULL UNIQUE,
    forget_after            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX grant_directory_forget_after ON grant_directory (forget_after);

CREATE TABLE consents (
    citizen_id              BLOB    NOT NULL,
    client_id               TEXT    NOT NULL,
    scope                   TEXT    NOT NULL,
    -- JSON array of claim names.
    claims                  TEXT    NOT NULL,
    granted_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL,
    expires_at              INTEGER,
    PRIMARY KEY (citizen_id, client_id)
) STRICT, WITHOUT ROWID;

-- What must stay ended whatever the short-lived store comes back with.
CREATE TABLE ended_sessions (
    session_id              BLOB    PRIMARY KEY,
    citizen_id              BLOB    NOT NULL,
    ended_at                INTEGER NOT NULL,
    forget_after            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_sessions_ended_at ON ended_sessions (ended_at, session_id);
CREATE INDEX ended_sessions_forget_after ON ended_sessions (forget_after);

CREATE TABLE sealed_keys (
    kind                    TEXT    NOT NULL,
    version                 INTEGER NOT NULL,
    sealed                  BLOB    NOT NULL,
    master_version          INTEGER NOT NULL,
    created_at              INTEGER NOT NULL,
    PRIMARY KEY (kind, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
    kid                     TEXT    PRIMARY KEY,
    algorithm               TEXT    NOT NULL,
    sealed                  BLOB    NOT NULL,
    master_version          INTEGER NOT NULL,
    created_at              INTEGER NOT NULL,
    active_from             INTEGER NOT NULL,
    retired_at              INTEGER,
    removed_at              INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_events (
    id                      BLOB    PRIMARY KEY,
    at                      INTEGER NOT NULL,
    kind                    TEXT    NOT NULL,
    outcome                 TEXT    NOT NULL,
    actor                   TEXT    NOT NULL,
    citizen_id              BLOB,
    client_id               TEXT,
    request                 TEXT,
    address                 TEXT,
    -- JSON object of short words and masked identifiers.
    details                 TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
-- A citizen's own activity, newest first.
CREATE INDEX audit_events_of_citizen ON audit_events (citizen_id, id) WHERE citizen_id IS NOT NULL;
