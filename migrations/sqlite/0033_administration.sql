-- Who holds which role of the administration. A grant is never deleted: who could do what, and when, stays known.
CREATE TABLE role_grants (
    id         BLOB    PRIMARY KEY,
    citizen_id BLOB    NOT NULL REFERENCES citizens (id),
    role       TEXT    NOT NULL,
    -- As the audit log names them.
    granted_by TEXT    NOT NULL,
    since      INTEGER NOT NULL,
    until      INTEGER,
    ended_at   INTEGER,
    ended_by   TEXT
) STRICT, WITHOUT ROWID;
-- A role is held once.
CREATE UNIQUE INDEX role_grants_standing ON role_grants (citizen_id, role) WHERE ended_at IS NULL;
CREATE INDEX role_grants_role ON role_grants (role) WHERE ended_at IS NULL;

-- Who looks after which application.
CREATE TABLE client_owners (
    client_id  TEXT    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    citizen_id BLOB    NOT NULL REFERENCES citizens (id),
    named_by   TEXT    NOT NULL,
    since      INTEGER NOT NULL,
    PRIMARY KEY (client_id, citizen_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_owners_citizen ON client_owners (citizen_id, client_id);

-- One row that whoever makes or unmakes administrators takes first, so that of two at once one comes second.
CREATE TABLE administration_turns (
    id       INTEGER PRIMARY KEY,
    taken_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Links that make the first administrator, by their hashes.
CREATE TABLE bootstrap_links (
    link_hash  BLOB    PRIMARY KEY,
    made_by    TEXT    NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX bootstrap_links_live ON bootstrap_links (link_hash) WHERE used_at IS NULL;

-- The two envelopes of the break-glass account, by the hashes of what is in them.
CREATE TABLE break_glass_envelopes (
    half        INTEGER PRIMARY KEY,
    secret_hash BLOB    NOT NULL UNIQUE,
    sealed_by   TEXT    NOT NULL,
    sealed_at   INTEGER NOT NULL,
    opened_by   TEXT,
    opener_id   BLOB    REFERENCES citizens (id),
    opened_at   INTEGER
) STRICT, WITHOUT ROWID;
