-- When the population registry is asked about a citizen again, and what it said the last time. Servers take what is due by moving
-- due_at on, so that each question is asked once.
CREATE TABLE registry_checks (
    citizen_id UUID    PRIMARY KEY REFERENCES citizens (id),
    due_at     BIGINT  NOT NULL,
    checked_at BIGINT,
    outcome    TEXT,
    -- Since the last answer.
    tries      INTEGER NOT NULL
);
CREATE INDEX registry_checks_due_at ON registry_checks (due_at);

-- How far citizens have been entered above: up to this id, in their order, which is that of time. Without the row nobody has been.
CREATE TABLE registry_cursor (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    citizen_id UUID    NOT NULL
);
