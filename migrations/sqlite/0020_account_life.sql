-- The life of an account beyond its state: what a suspended one was before, since when it is what it is, when its owner
-- wants it closed, and which account stands in the place of one that was merged or taken from a stranger.
ALTER TABLE citizens ADD COLUMN status_before TEXT;
ALTER TABLE citizens ADD COLUMN status_since INTEGER;
ALTER TABLE citizens ADD COLUMN closes_at INTEGER;
ALTER TABLE citizens ADD COLUMN succeeded_by BLOB;
CREATE INDEX citizens_closing ON citizens (closes_at) WHERE closes_at IS NOT NULL;

-- A hint for a registrar: who has the same name, birth date and province, by a keyed blind index under every live version of the
-- key. Nobody is found by it who is not looked at by a person afterwards.
CREATE TABLE likenesses (
    likeness    BLOB    NOT NULL,
    citizen_id  BLOB    NOT NULL REFERENCES citizens (id),
    key_version INTEGER NOT NULL,
    PRIMARY KEY (likeness, citizen_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX likenesses_of_citizen ON likenesses (citizen_id);

-- Who looks after the account of a minor: entered by a registrar, on evidence, which is sealed with the minor's data key.
CREATE TABLE guardianships (
    minor_id    BLOB    NOT NULL REFERENCES citizens (id),
    id          BLOB    NOT NULL,
    guardian_id BLOB    NOT NULL REFERENCES citizens (id),
    evidence    BLOB    NOT NULL,
    entered_by  TEXT    NOT NULL,
    since       INTEGER NOT NULL,
    -- The day that the minor is old enough.
    until       INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (minor_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX guardianships_once ON guardianships (minor_id, guardian_id) WHERE ended_at IS NULL;
CREATE INDEX guardianships_of_guardian ON guardianships (guardian_id) WHERE ended_at IS NULL;

-- What one registrar wants done and another one has to confirm: what it is, is sealed with the citizen's data key.
CREATE TABLE proposals (
    citizen_id  BLOB    NOT NULL REFERENCES citizens (id),
    id          BLOB    NOT NULL,
    sealed      BLOB    NOT NULL,
    proposed_by TEXT    NOT NULL,
    proposed_at INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    decided_by  TEXT,
    decided_at  INTEGER,
    outcome     TEXT,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX proposals_id ON proposals (id);
CREATE INDEX proposals_open ON proposals (expires_at) WHERE decided_at IS NULL;
