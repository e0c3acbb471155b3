-- Resource servers (RFC 8707): the programs that access tokens are for.

CREATE TABLE resource_servers (
    -- Its resource indicator, an absolute URI.
    id         TEXT   COLLATE "C" PRIMARY KEY,
    status     TEXT   NOT NULL CHECK (status IN ('active', 'disabled')),
    document   TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Whose each scope is: no scope belongs to two.
CREATE TABLE resource_scopes (
    scope       TEXT COLLATE "C" PRIMARY KEY,
    resource_id TEXT COLLATE "C" NOT NULL REFERENCES resource_servers (id)
);
CREATE INDEX resource_scopes_resource ON resource_scopes (resource_id);
