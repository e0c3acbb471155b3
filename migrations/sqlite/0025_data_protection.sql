-- What citizens say is wrong in their data, for a registrar to look at. What they said and what they were answered is sealed with
-- their data key.
CREATE TABLE corrections (
    citizen_id BLOB   NOT NULL REFERENCES citizens (id),
    id         BLOB   NOT NULL,
    said       BLOB  NOT NULL,
    state      TEXT   NOT NULL,
    asked_at   INTEGER NOT NULL,
    answer     BLOB,
    settled_by TEXT,
    settled_at INTEGER,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX corrections_waiting ON corrections (id) WHERE settled_at IS NULL;
CREATE INDEX corrections_settled_at ON corrections (settled_at) WHERE settled_at IS NOT NULL;

-- The register of lawful disclosures: which authority was told what of whom, on which basis, and who allowed it. Who asked, why and
-- for what is sealed with the citizen's data key: that a court asked says something of a person.
CREATE TABLE disclosures (
    citizen_id   BLOB   NOT NULL REFERENCES citizens (id),
    id           BLOB   NOT NULL,
    asked        BLOB  NOT NULL,
    state        TEXT   NOT NULL,
    recorded_by  TEXT   NOT NULL,
    recorded_at  INTEGER NOT NULL,
    -- Another operator than who recorded it.
    decided_by   TEXT,
    decided_at   INTEGER,
    given_by     TEXT,
    given_at     INTEGER,
    -- The law keeps it from the citizen until then.
    secret_until INTEGER,
    -- Since when the citizen reads it in their activity.
    told_at      INTEGER,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX disclosures_id ON disclosures (id);
CREATE INDEX disclosures_untold ON disclosures (given_at) WHERE given_at IS NOT NULL AND told_at IS NULL;

-- What has been kept for as long as it may be is found by its age.
CREATE INDEX verifications_superseded_at ON verifications (superseded_at) WHERE superseded_at IS NOT NULL;
CREATE INDEX recoveries_settled_at ON recoveries (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX known_devices_last_used_at ON known_devices (last_used_at);
CREATE INDEX consents_expires_at ON consents (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX organisation_requests_settled_at ON organisation_requests (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX mandate_invitations_settled_at ON mandate_invitations (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX mandates_ended_at ON mandates (ended_at) WHERE ended_at IS NOT NULL;
