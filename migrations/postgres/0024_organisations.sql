-- Organisations that citizens act for. Code and name are sealed with a data key of the organisation's own: whoever trades in their own
-- name is called by it.
CREATE TABLE organisations (
    id             UUID    PRIMARY KEY,
    status         TEXT    NOT NULL,
    data_key       BYTEA   NOT NULL,
    -- The master key that wraps the data key.
    master_version INTEGER NOT NULL,
    code           BYTEA   NOT NULL,
    name           BYTEA   NOT NULL,
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL
);
CREATE INDEX organisations_master_version ON organisations (master_version);

-- Finds an organisation by its code's blind index, under every live version of the key.
CREATE TABLE organisation_directory (
    code_index      BYTEA   PRIMARY KEY,
    key_version     INTEGER NOT NULL,
    organisation_id UUID    NOT NULL REFERENCES organisations (id)
);
CREATE INDEX organisation_directory_of ON organisation_directory (organisation_id);

-- Citizens who wish to be confirmed as legal representatives. What they said is sealed with their data key.
CREATE TABLE organisation_requests (
    citizen_id   UUID   NOT NULL REFERENCES citizens (id),
    id           UUID   NOT NULL,
    said         BYTEA  NOT NULL,
    state        TEXT   NOT NULL,
    -- The first registrar who saw the papers.
    confirmed_by TEXT,
    asked_at     BIGINT NOT NULL,
    settled_at   BIGINT,
    PRIMARY KEY (citizen_id, id)
);
CREATE INDEX organisation_requests_waiting ON organisation_requests (id) WHERE settled_at IS NULL;

-- By what right citizens act for organisations.
CREATE TABLE mandates (
    citizen_id      UUID    NOT NULL REFERENCES citizens (id),
    id              UUID    NOT NULL,
    organisation_id UUID    NOT NULL REFERENCES organisations (id),
    role            TEXT    NOT NULL,
    -- Sealed with the citizen's data key.
    position        BYTEA,
    -- The portals that it counts at, as a JSON list of client ids; none where it counts at all of them.
    portals         TEXT,
    may_delegate    INTEGER NOT NULL,
    starts_at       BIGINT  NOT NULL,
    ends_at         BIGINT,
    granted_at      BIGINT  NOT NULL,
    -- Whose mandate it is a part of; none where registrars confirmed it.
    granted_by      UUID,
    derived_from    UUID,
    ended_at        BIGINT,
    end_reason      TEXT,
    PRIMARY KEY (citizen_id, id)
);
CREATE INDEX mandates_over ON mandates (ends_at) WHERE ended_at IS NULL;

-- Finds the mandates of an organisation, and whose they are.
CREATE TABLE mandate_directory (
    organisation_id UUID NOT NULL,
    mandate_id      UUID NOT NULL,
    citizen_id      UUID NOT NULL,
    derived_from    UUID,
    PRIMARY KEY (organisation_id, mandate_id)
);
CREATE INDEX mandate_directory_derived ON mandate_directory (organisation_id, derived_from);

-- Mandates that were offered. What names a person is sealed with the organisation's data key.
CREATE TABLE mandate_invitations (
    organisation_id UUID   NOT NULL REFERENCES organisations (id),
    id              UUID   NOT NULL,
    -- Whoever has what has this hash, and is the one who was invited, accepts it.
    code_hash       BYTEA  NOT NULL,
    said            BYTEA  NOT NULL,
    offered_by      UUID   NOT NULL,
    offered_with    UUID   NOT NULL,
    state           TEXT   NOT NULL,
    offered_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    settled_at      BIGINT,
    PRIMARY KEY (organisation_id, id)
);
CREATE UNIQUE INDEX mandate_invitations_code ON mandate_invitations (code_hash);
CREATE INDEX mandate_invitations_expires_at ON mandate_invitations (expires_at);

-- For whom the citizen acts with a grant, where it is not themselves.
ALTER TABLE grants ADD COLUMN organisation_id UUID;
ALTER TABLE grants ADD COLUMN mandate_id UUID;

-- In whose name the citizen signed in to a client in a session, where they were asked: 'myself' or 'organisation'.
ALTER TABLE session_clients ADD COLUMN in_whose_name TEXT;
ALTER TABLE session_clients ADD COLUMN organisation_id UUID;
ALTER TABLE session_clients ADD COLUMN mandate_id UUID;
