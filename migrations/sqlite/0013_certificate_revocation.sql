-- Certificates that are known to be revoked: their authority may say so once, and be silent or away afterwards.
CREATE TABLE revoked_certificates (
    -- SHA-256 of the issuer's public key.
    issuer_key BLOB    NOT NULL,
    serial     BLOB    NOT NULL,
    revoked_at INTEGER NOT NULL,
    reason     INTEGER NOT NULL,
    learned_at INTEGER NOT NULL,
    PRIMARY KEY (issuer_key, serial)
) STRICT, WITHOUT ROWID;

-- The newest revocation list of each issuer that was seen, so that an older one is not taken again.
CREATE TABLE revocation_lists (
    issuer_key BLOB    NOT NULL,
    -- SHA-256 of what the list says of its scope.
    scope      BLOB    NOT NULL,
    -- 20 bytes, so that they compare as numbers.
    number     BLOB    NOT NULL,
    issued_at  INTEGER NOT NULL,
    PRIMARY KEY (issuer_key, scope)
) STRICT, WITHOUT ROWID;
