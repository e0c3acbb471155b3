-- What is done to every citizen after a key was changed, some at a time: how far it has come, for whichever server goes on.
CREATE TABLE key_changes (
    kind        TEXT    PRIMARY KEY,
    version     INTEGER NOT NULL,
    -- The last citizen that was dealt with on this pass. A pass that finds nothing to do ends the change.
    after_id    BLOB    NOT NULL,
    pass        INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    -- Citizens there were when it was begun, of whom the progress is told.
    total       INTEGER NOT NULL,
    -- When the next of them are dealt with: whoever takes a turn puts it off.
    due_at      INTEGER NOT NULL,
    begun_at    INTEGER NOT NULL,
    finished_at INTEGER
) STRICT, WITHOUT ROWID;

-- From then on a key of the blind index neither writes nor finds; it is erased once no name stands under it.
ALTER TABLE sealed_keys ADD COLUMN retired_at INTEGER;

-- How far the import of a file has come, by the hash of the file: whoever runs it again goes on there.
CREATE TABLE imports (
    file_hash   BLOB    PRIMARY KEY,
    id          BLOB    NOT NULL,
    last_line   INTEGER NOT NULL,
    lines       INTEGER NOT NULL,
    added       INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    warned      INTEGER NOT NULL,
    begun_at    INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT, WITHOUT ROWID;

-- Directory: which recovery a secret stops. What is unique about a person stands in a table of its own, so that the tables of
-- citizens can be partitioned by citizen (which this database never is).
CREATE TABLE recovery_stops (
    stop_hash   BLOB PRIMARY KEY,
    citizen_id  BLOB NOT NULL,
    recovery_id BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO recovery_stops (stop_hash, citizen_id, recovery_id) SELECT stop_hash, citizen_id, id FROM recoveries;
DROP INDEX recoveries_stop_hash;
CREATE INDEX recovery_stops_of_citizen ON recovery_stops (citizen_id);

-- Found by their citizen first, as every table of citizens.
CREATE TABLE messages_of_citizens (
    id         BLOB    NOT NULL,
    citizen_id BLOB    NOT NULL REFERENCES citizens (id),
    channel    TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    sealed     BLOB,
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    give_up_at INTEGER NOT NULL,
    fault      TEXT,
    settled_at INTEGER,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO messages_of_citizens (id, citizen_id, channel, kind, sealed, state, attempts, due_at, created_at, give_up_at, fault,
        settled_at)
    SELECT id, citizen_id, channel, kind, sealed, state, attempts, due_at, created_at, give_up_at, fault, settled_at FROM messages;
DROP TABLE messages;
ALTER TABLE messages_of_citizens RENAME TO messages;
CREATE INDEX messages_due ON messages (channel, due_at) WHERE state = 'pending';
CREATE INDEX messages_id ON messages (id);
CREATE INDEX messages_settled_at ON messages (settled_at) WHERE settled_at IS NOT NULL;

-- Since when nothing of the citizen is left but that there was one: their data key is gone.
ALTER TABLE citizens ADD COLUMN erased_at INTEGER;
CREATE INDEX citizens_to_erase ON citizens (COALESCE(status_since, 0)) WHERE status IN ('closed', 'deceased') AND erased_at IS NULL;
