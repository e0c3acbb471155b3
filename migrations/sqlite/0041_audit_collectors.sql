-- How far the audit log has been sent to each collector of the operator's (docs/audit-log.md).
CREATE TABLE collector_cursors (
    -- syslog or otlp.
    collector  TEXT    PRIMARY KEY,
    -- The first place of the log that it has not been sent yet.
    place      INTEGER NOT NULL,
    -- Which server sends, and until when no other one does.
    holder     TEXT    NOT NULL,
    held_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
