-- Certificates that are known to be revoked: their authority may say so once, and be silent or away afterwards.
CREATE TABLE revoked_certificates (
    -- SHA-256 of the issuer's public key.
    issuer_key BYTEA    NOT NULL,
    serial     BYTEA    NOT NULL,
    revoked_at BIGINT   NOT NULL,
    reason     SMALLINT NOT NULL,
    learned_at BIGINT   NOT NULL,
    PRIMARY KEY (issuer_key, serial)
);

-- The newest revocation list of each issuer that was seen, so that an older one is not taken again.
CREATE TABLE revocation_lists (
    issuer_key BYTEA  NOT NULL,
    -- SHA-256 of what the list says of its scope.
    scope      BYTEA  NOT NULL,
    -- 20 bytes, so that they compare as numbers.
    number     BYTEA  NOT NULL,
    issued_at  BIGINT NOT NULL,
    PRIMARY KEY (issuer_key, scope)
);
