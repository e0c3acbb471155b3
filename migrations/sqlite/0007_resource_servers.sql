-- Resource servers (RFC 8707): the programs that access tokens are for.

CREATE TABLE resource_servers (
    -- Its resource indicator, an absolute URI.
    id          TEXT    PRIMARY KEY,
    status      TEXT    NOT NULL CHECK (status IN ('active', 'disabled')),
    document    TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whose each scope is: no scope belongs to two.
CREATE TABLE resource_scopes (
    scope       TEXT    PRIMARY KEY,
    resource_id TEXT    NOT NULL REFERENCES resource_servers (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_scopes_resource ON resource_scopes (resource_id);
