-- Ids are UUIDv7, times are microseconds since the Unix epoch from SenID's own clock.
-- Personal data is sealed with a data key of each citizen's own; nothing here names a person in clear.

CREATE TABLE citizens (
    id                  UUID     PRIMARY KEY,
    status              TEXT     NOT NULL,
    account_level       SMALLINT NOT NULL,
    -- The citizen's data key, wrapped by this version of the master key.
    data_key            BYTEA    NOT NULL,
    master_version      INTEGER  NOT NULL,
    national_id         BYTEA    NOT NULL,
    profile             BYTEA    NOT NULL,
    -- 0 until a first lock or "sign out everywhere".
    sessions_valid_from BIGINT   NOT NULL,
    created_at          BIGINT   NOT NULL,
    updated_at          BIGINT   NOT NULL
);

-- Read after a failover of the short-lived store: whose sessions were cut since.
CREATE INDEX citizens_sessions_cut ON citizens (sessions_valid_from, id) WHERE sessions_valid_from > 0;

-- Directory: whom a name belongs to, by its keyed blind index under every live version of the key.
CREATE TABLE sign_in_names (
    name_index  BYTEA   NOT NULL,
    kind        TEXT    NOT NULL,
    key_version INTEGER NOT NULL,
    citizen_id  UUID    NOT NULL REFERENCES citizens (id),
    PRIMARY KEY (name_index, kind, key_version)
);
CREATE INDEX sign_in_names_of_citizen ON sign_in_names (citizen_id);

CREATE TABLE passwords (
    citizen_id        UUID    PRIMARY KEY REFERENCES citizens (id),
    phc               TEXT    NOT NULL,
    failures_in_a_row INTEGER NOT NULL,
    changed_at        BIGINT  NOT NULL
) WITH (fillfactor = 90);

CREATE TABLE known_devices (
    citizen_id   UUID   NOT NULL REFERENCES citizens (id),
    id           UUID   NOT NULL,
    secret_hash  BYTEA  NOT NULL,
    label        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (citizen_id, id),
    UNIQUE (citizen_id, secret_hash)
);

CREATE TABLE clients (
    id         TEXT   COLLATE "C" PRIMARY KEY,
    status     TEXT   NOT NULL,
    -- JSON of the whole client; its status and times are read from the columns.
    document   TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Grants have no foreign keys: a new grant would lock, and so write, its citizen's row. Citizens are never deleted.
CREATE TABLE grants (
    citizen_id              UUID     NOT NULL,
    id                      UUID     NOT NULL,
    client_id               TEXT     NOT NULL,
    scope                   TEXT     NOT NULL,
    nonce                   TEXT,
    session_id              UUID     NOT NULL,
    auth_time               BIGINT   NOT NULL,
    methods                 TEXT     NOT NULL,
    level                   SMALLINT NOT NULL,
    created_at              BIGINT   NOT NULL,
    -- Nothing that was issued for it is good after this: the row may go.
    forget_after            BIGINT   NOT NULL,
    revoked_at              BIGINT,
    revoked_reason          TEXT,
    refresh_current         BYTEA,
    refresh_parent          BYTEA,
    refresh_rotated_at      BIGINT,
    refresh_idle_expires_at BIGINT,
    refresh_expires_at      BIGINT,
    refresh_key_version     INTEGER,
    PRIMARY KEY (citizen_id, id)
    -- A rotation changes no indexed column; the room left makes it an update in place (HOT).
) WITH (fillfactor = 80);
CREATE INDEX grants_forget_after ON grants (forget_after);

-- Directory: whose a grant is, and the last arbiter of a code's single use. A row without a citizen is the
-- tombstone of a code that was replayed before its grant was written.
CREATE TABLE grant_directory (
    grant_id     UUID   PRIMARY KEY,
    citizen_id   UUID,
    code_hash    BYTEA  NOT NULL UNIQUE,
    forget_after BIGINT NOT NULL
);
CREATE INDEX grant_directory_forget_after ON grant_directory (forget_after);

CREATE TABLE consents (
    citizen_id UUID   NOT NULL,
    client_id  TEXT   COLLATE "C" NOT NULL,
    scope      TEXT   NOT NULL,
    -- JSON array of claim names.
    claims     TEXT   NOT NULL,
    granted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (citizen_id, client_id)
);

-- What must stay ended whatever the short-lived store comes back with.
CREATE TABLE ended_sessions (
    session_id   UUID   PRIMARY KEY,
    citizen_id   UUID   NOT NULL,
    ended_at     BIGINT NOT NULL,
    forget_after BIGINT NOT NULL
);
CREATE INDEX ended_sessions_ended_at ON ended_sessions (ended_at, session_id);
CREATE INDEX ended_sessions_forget_after ON ended_sessions (forget_after);

CREATE TABLE sealed_keys (
    kind           TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    sealed         BYTEA   NOT NULL,
    master_version INTEGER NOT NULL,
    created_at     BIGINT  NOT NULL,
    PRIMARY KEY (kind, version)
);

CREATE TABLE signing_keys (
    kid            TEXT    PRIMARY KEY,
    algorithm      TEXT    NOT NULL,
    sealed         BYTEA   NOT NULL,
    master_version INTEGER NOT NULL,
    created_at     BIGINT  NOT NULL,
    active_from    BIGINT  NOT NULL,
    retired_at     BIGINT,
    removed_at     BIGINT
);

CREATE TABLE audit_events (
    id         UUID   PRIMARY KEY,
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    citizen_id UUID,
    client_id  TEXT,
    request    TEXT,
    address    TEXT,
    -- JSON object of short words and masked identifiers.
    details    TEXT   NOT NULL
);
-- A citizen's own activity, newest first.
CREATE INDEX audit_events_of_citizen ON audit_events (citizen_id, id) WHERE citizen_id IS NOT NULL;
