-- What takes a second person. It is never deleted: who asked what, and who approved it, stays known. Nothing secret is in it: a change of
-- a client's secret is never kept here.
CREATE TABLE approvals (
    id         UUID   PRIMARY KEY,
    matter     TEXT   NOT NULL,
    -- JSON: what is to be done, and each value that it changes, as it was and as it would be.
    act        TEXT   NOT NULL,
    changes    TEXT   NOT NULL,
    -- As the audit log names them.
    asked_by   TEXT   NOT NULL,
    asked_at   BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    outcome    TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    reason     TEXT
);
CREATE INDEX approvals_open ON approvals (id) WHERE outcome IS NULL;
