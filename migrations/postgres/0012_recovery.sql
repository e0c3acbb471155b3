-- Codes that a registrar hands over to somebody they see, by their hashes: each good once, for one citizen and one thing.
CREATE TABLE issued_codes (
    code_hash  BYTEA   PRIMARY KEY,
    citizen_id UUID    NOT NULL REFERENCES citizens (id),
    purpose    TEXT    NOT NULL,
    issued_at  BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    used_at    BIGINT
);
CREATE INDEX issued_codes_of_citizen ON issued_codes (citizen_id, purpose);
CREATE INDEX issued_codes_expires_at ON issued_codes (expires_at);

-- Ways back into an account, from the moment they were begun: they wait, and are finished or stopped.
CREATE TABLE recoveries (
    citizen_id      UUID    NOT NULL REFERENCES citizens (id),
    id              UUID    NOT NULL,
    -- Whoever knows what has this hash stops it.
    stop_hash       BYTEA   NOT NULL,
    means           TEXT    NOT NULL,
    -- The new password as a PHC string; none where the one before stays, and once it is settled.
    phc             TEXT,
    -- The credentials that stay, as a JSON list of their ids; none where all of them do.
    kept            TEXT,
    state           TEXT    NOT NULL,
    begun_at        BIGINT  NOT NULL,
    takes_effect_at BIGINT  NOT NULL,
    settled_at      BIGINT,
    PRIMARY KEY (citizen_id, id)
);
CREATE UNIQUE INDEX recoveries_stop_hash ON recoveries (stop_hash);
CREATE INDEX recoveries_due ON recoveries (takes_effect_at) WHERE state = 'waiting';

-- Whether every sign-in asks for a second step, where there is one: 1 unless the citizen switched it off.
ALTER TABLE citizens ADD COLUMN second_step INTEGER NOT NULL DEFAULT 1;
