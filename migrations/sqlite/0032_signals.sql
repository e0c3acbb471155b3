-- The streams of security events (SSF 1.0): one for each client that asked for it. What the client wants to be written to with is
-- sealed.
CREATE TABLE signal_streams (
    client_id        TEXT    PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE,
    status           TEXT    NOT NULL,
    reason           TEXT,
    -- Where events are pushed to; where there is no address, the client fetches them.
    endpoint         TEXT,
    credentials      BLOB,
    -- A JSON array; NULL where everything is wanted.
    events_requested TEXT,
    description      TEXT,
    verified_at      INTEGER,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What clients are still to be told, and what became of it. A row is put in by the transaction in which it happens, once for every
-- stream that it concerns. It names its citizen by nothing that leaves this database.
CREATE TABLE security_events (
    id           BLOB    PRIMARY KEY,
    client_id    TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    citizen_id   BLOB,
    -- Where it is about one session: what the client knows person and session by.
    subject      TEXT,
    sid          TEXT,
    -- A JSON object.
    facts        TEXT    NOT NULL,
    txn          TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    attempts     INTEGER NOT NULL,
    -- While pending: when it is tried next, or may be fetched again. Whoever holds it does until then, and no longer.
    due_at       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    give_up_at   INTEGER NOT NULL,
    -- Why the last attempt failed, in one word.
    fault        TEXT,
    settled_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX security_events_due ON security_events (client_id, due_at) WHERE state = 'pending';
CREATE INDEX security_events_in_order ON security_events (client_id, citizen_id, id) WHERE state = 'pending';
CREATE INDEX security_events_of_client ON security_events (client_id, id);
CREATE INDEX security_events_give_up_at ON security_events (give_up_at) WHERE state = 'pending';
CREATE INDEX security_events_settled_at ON security_events (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX security_events_citizen_id ON security_events (citizen_id);
