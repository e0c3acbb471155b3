-- What was verified of a citizen, when, and on what evidence: sealed, because it holds the values that were verified.
CREATE TABLE verifications (
    citizen_id    BLOB    NOT NULL REFERENCES citizens (id),
    id            BLOB    NOT NULL,
    level         INTEGER NOT NULL,
    sealed        BLOB    NOT NULL,
    verified_at   INTEGER NOT NULL,
    -- Since when another stands in its place, or it no longer holds.
    superseded_at INTEGER,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;
