-- What is still to be sent to citizens, and what became of it. A notice is put in together with the change that it is about.
CREATE TABLE messages (
    id         BLOB    PRIMARY KEY,
    citizen_id BLOB    NOT NULL REFERENCES citizens (id),
    channel    TEXT    NOT NULL,
    -- What it is about, in one word: never what it says.
    kind       TEXT    NOT NULL,
    -- To whom, in which language, and what, under the citizen's data key; nothing any more once it was settled.
    sealed     BLOB,
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    -- While pending: when it is tried next. An attempt under way holds it until then, and no longer.
    due_at     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    give_up_at INTEGER NOT NULL,
    -- Why the last attempt failed, in one word.
    fault      TEXT,
    settled_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_due ON messages (channel, due_at) WHERE state = 'pending';
CREATE INDEX messages_of_citizen ON messages (citizen_id, id);
CREATE INDEX messages_settled_at ON messages (settled_at) WHERE settled_at IS NOT NULL;

-- The codes that were sent and not yet entered: of each purpose one a citizen, so that a new one ends the one before.
CREATE TABLE sent_codes (
    citizen_id BLOB    NOT NULL REFERENCES citizens (id),
    purpose    TEXT    NOT NULL,
    id         BLOB    NOT NULL,
    -- The sign-in or the session that it was asked for in: it is good in no other.
    bound_to   BLOB    NOT NULL,
    -- The code and where it was sent, under the citizen's data key.
    sealed     BLOB    NOT NULL,
    tries      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (citizen_id, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX sent_codes_expires_at ON sent_codes (expires_at);

-- A citizen's list of codes that are good once each, by their hashes; the list itself is one of their credentials.
CREATE TABLE recovery_codes (
    citizen_id    BLOB    NOT NULL,
    credential_id BLOB    NOT NULL,
    code_hash     BLOB    NOT NULL,
    used_at       INTEGER,
    PRIMARY KEY (citizen_id, credential_id, code_hash),
    FOREIGN KEY (citizen_id, credential_id) REFERENCES credentials (citizen_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Wrong codes for a credential since the last right one.
ALTER TABLE credentials ADD COLUMN failures_in_a_row INTEGER NOT NULL DEFAULT 0;
