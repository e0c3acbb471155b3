-- What was verified of a citizen, when, and on what evidence: sealed, because it holds the values that were verified.
CREATE TABLE verifications (
    citizen_id    UUID     NOT NULL REFERENCES citizens (id),
    id            UUID     NOT NULL,
    level         SMALLINT NOT NULL,
    sealed        BYTEA    NOT NULL,
    verified_at   BIGINT   NOT NULL,
    -- Since when another stands in its place, or it no longer holds.
    superseded_at BIGINT,
    PRIMARY KEY (citizen_id, id)
);
