-- Clients that register themselves (RFC 7591, RFC 7592): who may, how each manages itself, and the pictures they brought.

CREATE TABLE initial_access_tokens (
    id         UUID    PRIMARY KEY,
    token_hash BYTEA   NOT NULL UNIQUE,
    note       TEXT    NOT NULL,
    -- JSON of what it grants other than the settings do.
    terms      TEXT    NOT NULL,
    uses_left  INTEGER NOT NULL CHECK (uses_left >= 0),
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE client_registrations (
    client_id          TEXT    COLLATE "C" PRIMARY KEY REFERENCES clients (id),
    token_hash         BYTEA   NOT NULL,
    -- The last update, until the token that it brought was used: its answer may have been lost on the way.
    update_token_hash  BYTEA,
    update_body_hash   BYTEA,
    update_key_version INTEGER,
    updated_at         BIGINT,
    initial_token_id   UUID,
    terms              TEXT    NOT NULL,
    created_at         BIGINT  NOT NULL
);

-- Found by their content, so that a page names a picture that never changes.
CREATE TABLE client_logos (
    client_id  TEXT  COLLATE "C" PRIMARY KEY REFERENCES clients (id),
    hash       TEXT  COLLATE "C" NOT NULL,
    media_type TEXT  NOT NULL,
    picture    BYTEA NOT NULL
);
CREATE INDEX client_logos_hash ON client_logos (hash);
