-- Which clients took part in a session, and what each was told: its logout token says the same, whatever became of the
-- client since. A row goes when the session ends, when the client is told, or when nothing can end any more.
CREATE TABLE session_clients (
    citizen_id   UUID   NOT NULL,
    session_id   UUID   NOT NULL,
    client_id    TEXT   COLLATE "C" NOT NULL,
    subject      TEXT   NOT NULL,
    sid          TEXT   NOT NULL,
    forget_after BIGINT NOT NULL,
    PRIMARY KEY (citizen_id, session_id, client_id)
);
CREATE INDEX session_clients_forget_after ON session_clients (forget_after);

-- What clients are still to be told of sessions that ended, and what became of it.
CREATE TABLE logout_deliveries (
    id           UUID     PRIMARY KEY,
    client_id    TEXT     COLLATE "C" NOT NULL,
    citizen_id   UUID     NOT NULL,
    subject      TEXT     NOT NULL,
    sid          TEXT     NOT NULL,
    state        TEXT     NOT NULL,
    attempts     INTEGER  NOT NULL,
    -- While pending: when it is tried next. An attempt under way holds it until then, and no longer.
    due_at       BIGINT   NOT NULL,
    created_at   BIGINT   NOT NULL,
    give_up_at   BIGINT   NOT NULL,
    -- Why the last attempt failed, in one word.
    fault        TEXT,
    settled_at   BIGINT
);
CREATE INDEX logout_deliveries_due ON logout_deliveries (client_id, due_at) WHERE state = 'pending';
CREATE INDEX logout_deliveries_of_client ON logout_deliveries (client_id, id);
CREATE INDEX logout_deliveries_settled_at ON logout_deliveries (settled_at) WHERE settled_at IS NOT NULL;
