-- Types of authorization details that may be asked for (RFC 9396): the schema that a detail is held against, and what people
-- read of it.
CREATE TABLE authorization_details_types (
    name                    TEXT    PRIMARY KEY,
    status                  TEXT    NOT NULL,
    -- JSON of the whole type; its status and times are read from the columns.
    document                TEXT    NOT NULL,
    version                 INTEGER NOT NULL,
    created_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
