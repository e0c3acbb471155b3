-- Whom a portal knows by which subject identifier: an id_token_hint of the back channel (CIBA) names somebody by nothing
-- else, and no subject can be turned back into a citizen. Only portals that may use the back channel are kept here.
CREATE TABLE subjects (
    subject    TEXT PRIMARY KEY,
    citizen_id UUID NOT NULL
);
CREATE INDEX subjects_citizen_id ON subjects (citizen_id);

-- The clients that are still to be told that there is an answer to a request of theirs (CIBA Core section 10.2). Each falls
-- due when its request expires, or as soon as the citizen decides. What is sent is sealed.
CREATE TABLE backchannel_pings (
    id         UUID    PRIMARY KEY,
    client_id  TEXT    NOT NULL,
    sealed     BYTEA   NOT NULL,
    attempts   INTEGER NOT NULL,
    -- When it is sent. An attempt under way holds it until then, and no longer.
    due_at     BIGINT  NOT NULL,
    give_up_at BIGINT  NOT NULL
);
CREATE INDEX backchannel_pings_due ON backchannel_pings (client_id, due_at);
