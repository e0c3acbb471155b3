-- What a citizen was asked for and would not have the client receive: JSON array of claim names. A consent from before there was
-- a choice has none.
ALTER TABLE consents ADD COLUMN declined TEXT;

-- What clients said that they are told claims for, as it was when they were told: written once, found by its own hash.
CREATE TABLE release_terms (
    id        BLOB PRIMARY KEY,
    client_id TEXT NOT NULL,
    -- JSON: purposes and legal bases.
    terms     TEXT NOT NULL,
    since     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What of a citizen went to which client: a row for the same claims of one grant over one door on one day, which counts. The id
-- follows from these and begins with the day, so that a row is found without being looked for and rows sort by time.
CREATE TABLE releases (
    citizen_id      BLOB NOT NULL,
    id              BLOB NOT NULL,
    client_id       TEXT NOT NULL,
    grant_id        BLOB NOT NULL,
    -- id_token or userinfo.
    door            TEXT NOT NULL,
    -- Names separated by spaces; never a value.
    claims          TEXT NOT NULL,
    terms_id        BLOB NOT NULL,
    -- In whose name the citizen acted, where it was not their own.
    organisation_id BLOB,
    first_at        INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    times           INTEGER NOT NULL,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;
-- Of the first time, which never changes: counting touches no index.
CREATE INDEX releases_first_at ON releases (first_at);
