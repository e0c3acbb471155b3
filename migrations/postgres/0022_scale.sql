-- What is done to every citizen after a key was changed, some at a time: how far it has come, for whichever server goes on.
CREATE TABLE key_changes (
    kind        TEXT    PRIMARY KEY,
    version     INTEGER NOT NULL,
    -- The last citizen that was dealt with on this pass. A pass that finds nothing to do ends the change.
    after_id    UUID    NOT NULL,
    pass        INTEGER NOT NULL,
    seen        BIGINT  NOT NULL,
    changed     BIGINT  NOT NULL,
    -- Citizens there were when it was begun, of whom the progress is told.
    total       BIGINT  NOT NULL,
    -- When the next of them are dealt with: whoever takes a turn puts it off.
    due_at      BIGINT  NOT NULL,
    begun_at    BIGINT  NOT NULL,
    finished_at BIGINT
);

-- From then on a key of the blind index neither writes nor finds; it is erased once no name stands under it.
ALTER TABLE sealed_keys ADD COLUMN retired_at BIGINT;

-- How far the import of a file has come, by the hash of the file: whoever runs it again goes on there.
CREATE TABLE imports (
    file_hash   BYTEA  PRIMARY KEY,
    id          UUID   NOT NULL,
    last_line   BIGINT NOT NULL,
    lines       BIGINT NOT NULL,
    added       BIGINT NOT NULL,
    rejected    BIGINT NOT NULL,
    warned      BIGINT NOT NULL,
    begun_at    BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    finished_at BIGINT
);

-- Directory: which recovery a secret stops. What is unique about a person stands in a table of its own, so that the tables of
-- citizens can be partitioned by citizen.
CREATE TABLE recovery_stops (
    stop_hash   BYTEA PRIMARY KEY,
    citizen_id  UUID  NOT NULL,
    recovery_id UUID  NOT NULL
);
INSERT INTO recovery_stops (stop_hash, citizen_id, recovery_id) SELECT stop_hash, citizen_id, id FROM recoveries;
DROP INDEX recoveries_stop_hash;
CREATE INDEX recovery_stops_of_citizen ON recovery_stops (citizen_id);

-- Found by their citizen first, as every table of citizens.
ALTER TABLE messages DROP CONSTRAINT messages_pkey;
ALTER TABLE messages ADD PRIMARY KEY (citizen_id, id);
DROP INDEX messages_of_citizen;
CREATE INDEX messages_id ON messages (id);

-- An import writes hundreds of thousands of these: each would lock its citizen's row, and look for it. Nothing but the erasure
-- of an account ever removes a citizen, and that removes these first.
ALTER TABLE sign_in_names DROP CONSTRAINT sign_in_names_citizen_id_fkey;
ALTER TABLE passwords DROP CONSTRAINT passwords_citizen_id_fkey;
ALTER TABLE likenesses DROP CONSTRAINT likenesses_citizen_id_fkey;

-- Since when nothing of the citizen is left but that there was one: their data key is gone.
ALTER TABLE citizens ADD COLUMN erased_at BIGINT;
CREATE INDEX citizens_to_erase ON citizens (COALESCE(status_since, 0)) WHERE status IN ('closed', 'deceased') AND erased_at IS NULL;
