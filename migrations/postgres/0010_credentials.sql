-- What citizens prove themselves with beside a password: passkeys, security keys, certificates, authenticator applications.
CREATE TABLE credentials (
    citizen_id   UUID     NOT NULL REFERENCES citizens (id),
    id           UUID     NOT NULL,
    kind         TEXT     NOT NULL,
    -- What its owner calls it and what it shows at best; and what it is checked against. Both are sealed with the citizen's data key.
    label        BYTEA    NOT NULL,
    material     BYTEA    NOT NULL,
    -- The authentication level of the session that it was enrolled in, or was raised to since.
    binding      SMALLINT NOT NULL,
    -- What only ever grows: a signature counter, the last step of a code.
    counter      BIGINT   NOT NULL,
    created_at   BIGINT   NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (citizen_id, id)
);

-- Directory: whose credential it is that presents itself, by a hash of what it presents.
CREATE TABLE credential_directory (
    kind          TEXT  NOT NULL,
    lookup        BYTEA NOT NULL,
    citizen_id    UUID  NOT NULL,
    credential_id UUID  NOT NULL,
    PRIMARY KEY (kind, lookup)
);
CREATE INDEX credential_directory_of_citizen ON credential_directory (citizen_id, credential_id);

-- What was settled once and for all when it was first used, such as the domain that passkeys are made for.
CREATE TABLE settled (
    name       TEXT   PRIMARY KEY,
    value      TEXT   NOT NULL,
    settled_at BIGINT NOT NULL
);

-- How well the citizen was known when they signed in; what was proven stands in "methods".
ALTER TABLE grants ADD COLUMN account_level SMALLINT;
