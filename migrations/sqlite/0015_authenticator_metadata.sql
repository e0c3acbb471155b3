-- The newest FIDO metadata that was accepted, of each signer: every server has it, and none takes an older one again.
CREATE TABLE authenticator_metadata (
    signer      TEXT    NOT NULL PRIMARY KEY,
    -- 0: none yet.
    number      INTEGER NOT NULL,
    -- As it was signed.
    document    BLOB    NOT NULL,
    accepted_at INTEGER NOT NULL,
    -- When a server last asked for a newer one.
    asked_at    INTEGER NOT NULL
) STRICT;
