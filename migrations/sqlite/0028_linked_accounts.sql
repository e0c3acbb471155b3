-- Codes that portals hand to people who had an account with them. What a code is of is sealed with the code itself, of which only the
-- hash is kept: nobody reads it who was not handed it.
CREATE TABLE link_codes (
    code_hash     BLOB   PRIMARY KEY,
    client_id     TEXT    NOT NULL,
    -- Finds the code of an account, by the account's keyed blind index: a new code takes the place of the one before.
    account_index BLOB   NOT NULL,
    key_version   INTEGER NOT NULL,
    sealed        BLOB   NOT NULL,
    issued_at     INTEGER  NOT NULL,
    expires_at    INTEGER  NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX link_codes_account ON link_codes (account_index);
CREATE INDEX link_codes_expires_at ON link_codes (expires_at);
CREATE INDEX link_codes_key_version ON link_codes (key_version);

-- Accounts that citizens had at portals. What a portal calls one is sealed with the citizen's data key.
CREATE TABLE linked_accounts (
    citizen_id BLOB   NOT NULL REFERENCES citizens (id),
    id         BLOB   NOT NULL,
    client_id  TEXT   NOT NULL,
    sealed     BLOB  NOT NULL,
    linked_at  INTEGER NOT NULL,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;

-- Directory: whose an account at a portal is, by the keyed blind index of both, under every live version of the key. It is one
-- citizen's.
CREATE TABLE linked_account_directory (
    account_index BLOB   PRIMARY KEY,
    key_version   INTEGER NOT NULL,
    client_id     TEXT    NOT NULL,
    citizen_id    BLOB    NOT NULL REFERENCES citizens (id),
    link_id       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX linked_account_directory_client ON linked_account_directory (client_id, link_id);
CREATE INDEX linked_account_directory_citizen ON linked_account_directory (citizen_id, link_id);
