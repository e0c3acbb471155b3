-- Clients that register themselves (RFC 7591, RFC 7592): who may, how each manages itself, and the pictures they brought.

CREATE TABLE initial_access_tokens (
    id                      BLOB    PRIMARY KEY,
    token_hash              BLOB    NOT NULL UNIQUE,
    note                    TEXT    NOT NULL,
    -- JSON of what it grants other than the settings do.
    terms                   TEXT    NOT NULL,
    uses_left               INTEGER NOT NULL CHECK (uses_left >= 0),
    created_at              INTEGER NOT NULL,
    expires_at              INTEGER NOT NULL,
    revoked_at              INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE client_registrations (
    client_id               TEXT    PRIMARY KEY REFERENCES clients (id),
    token_hash              BLOB    NOT NULL,
    -- The last update, until the token that it brought was used: its answer may have been lost on the way.
    update_token_hash       BLOB,
    update_body_hash        BLOB,
    update_key_version      INTEGER,
    updated_at              INTEGER,
    initial_token_id        BLOB,
    terms                   TEXT    NOT NULL,
    created_at              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Found by their content, so that a page names a picture that never changes.
CREATE TABLE client_logos (
    client_id               TEXT    PRIMARY KEY REFERENCES clients (id),
    hash                    TEXT    NOT NULL,
    media_type              TEXT    NOT NULL,
    picture                 BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX client_logos_hash ON client_logos (hash);
