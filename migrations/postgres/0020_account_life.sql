-- The life of an account beyond its state: what a suspended one was before, since when it is what it is, when its owner
-- wants it closed, and which account stands in the place of one that was merged or taken from a stranger.
ALTER TABLE citizens ADD COLUMN status_before TEXT;
ALTER TABLE citizens ADD COLUMN status_since BIGINT;
ALTER TABLE citizens ADD COLUMN closes_at BIGINT;
ALTER TABLE citizens ADD COLUMN succeeded_by UUID;
CREATE INDEX citizens_closing ON citizens (closes_at) WHERE closes_at IS NOT NULL;

-- A hint for a registrar: who has the same name, birth date and province, by a keyed blind index under every live version of the
-- key. Nobody is found by it who is not looked at by a person afterwards.
CREATE TABLE likenesses (
    likeness    BYTEA   NOT NULL,
    citizen_id  UUID    NOT NULL REFERENCES citizens (id),
    key_version INTEGER NOT NULL,
    PRIMARY KEY (likeness, citizen_id)
);
CREATE INDEX likenesses_of_citizen ON likenesses (citizen_id);

-- Who looks after the account of a minor: entered by a registrar, on evidence, which is sealed with the minor's data key.
CREATE TABLE guardianships (
    minor_id    UUID   NOT NULL REFERENCES citizens (id),
    id          UUID   NOT NULL,
    guardian_id UUID   NOT NULL REFERENCES citizens (id),
    evidence    BYTEA  NOT NULL,
    entered_by  TEXT   NOT NULL,
    since       BIGINT NOT NULL,
    -- The day that the minor is old enough.
    until       BIGINT NOT NULL,
    ended_at    BIGINT,
    PRIMARY KEY (minor_id, id)
);
CREATE UNIQUE INDEX guardianships_once ON guardianships (minor_id, guardian_id) WHERE ended_at IS NULL;
CREATE INDEX guardianships_of_guardian ON guardianships (guardian_id) WHERE ended_at IS NULL;

-- What one registrar wants done and another one has to confirm: what it is, is sealed with the citizen's data key.
CREATE TABLE proposals (
    citizen_id  UUID   NOT NULL REFERENCES citizens (id),
    id          UUID   NOT NULL,
    sealed      BYTEA  NOT NULL,
    proposed_by TEXT   NOT NULL,
    proposed_at BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    decided_by  TEXT,
    decided_at  BIGINT,
    outcome     TEXT,
    PRIMARY KEY (citizen_id, id)
);
CREATE UNIQUE INDEX proposals_id ON proposals (id);
CREATE INDEX proposals_open ON proposals (expires_at) WHERE decided_at IS NULL;
