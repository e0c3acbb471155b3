-- Types of authorization details that may be asked for (RFC 9396): the schema that a detail is held against, and what people
-- read of it.
CREATE TABLE authorization_details_types (
    name       TEXT   COLLATE "C" PRIMARY KEY,
    status     TEXT   NOT NULL,
    -- JSON of the whole type; its status and times are read from the columns.
    document   TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
