-- The newest FIDO metadata that was accepted, of each signer: every server has it, and none takes an older one again.
CREATE TABLE authenticator_metadata (
    signer      TEXT   NOT NULL PRIMARY KEY,
    -- 0: none yet.
    number      BIGINT NOT NULL,
    -- As it was signed.
    document    BYTEA  NOT NULL,
    accepted_at BIGINT NOT NULL,
    -- When a server last asked for a newer one.
    asked_at    BIGINT NOT NULL
);
