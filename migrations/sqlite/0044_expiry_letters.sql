-- What owners were told ends soon: each letter goes out once, whichever server comes first.
CREATE TABLE expiry_letters (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    -- client_secret, former_secret or key.
    what      TEXT NOT NULL,
    ends_at   INTEGER NOT NULL,
    -- How many days before.
    days      INTEGER NOT NULL,
    -- How many owners it went to: where to none, the console says so.
    told      INTEGER NOT NULL,
    PRIMARY KEY (client_id, what, ends_at, days)
) STRICT, WITHOUT ROWID;
CREATE INDEX expiry_letters_ends_at ON expiry_letters (ends_at);
