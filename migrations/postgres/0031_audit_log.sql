-- The audit log becomes one that shows what was done to it (docs/audit-log.md). Every event is put into audit_pending with its row;
-- the sequencer gives it its place in a Merkle tree (audit_leaves), and signs heads of that tree (audit_heads).

-- By month, from the time that ids begin with (UUIDv7): months that need be kept no longer go with their partition.
ALTER TABLE audit_events RENAME TO audit_events_unpartitioned;
ALTER TABLE audit_events_unpartitioned DROP CONSTRAINT audit_events_pkey;
DROP INDEX audit_events_of_citizen;
CREATE TABLE audit_events (
    id         UUID   PRIMARY KEY,
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    citizen_id UUID,
    client_id  TEXT,
    request    TEXT,
    address    TEXT,
    -- JSON object of short words and masked identifiers.
    details    TEXT   NOT NULL
) PARTITION BY RANGE (id);
-- Whatever no month was made for.
CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT;
INSERT INTO audit_events SELECT id, at, kind, outcome, actor, citizen_id, client_id, request, address, details
    FROM audit_events_unpartitioned;
DROP TABLE audit_events_unpartitioned;
-- A citizen's own activity, newest first.
CREATE INDEX audit_events_of_citizen ON audit_events (citizen_id, id) WHERE citizen_id IS NOT NULL;

-- Events that have no place yet.
CREATE TABLE audit_pending (
    event_id UUID PRIMARY KEY
);
INSERT INTO audit_pending SELECT id FROM audit_events;

-- Where each event stands in the tree.
CREATE TABLE audit_leaves (
    place     BIGINT PRIMARY KEY,
    event_id  UUID   NOT NULL UNIQUE,
    -- RFC 9162 §2.1.1, of the event's canonical text.
    leaf_hash BYTEA  NOT NULL,
    -- HMAC of place and hash by the log's key: names the first event that is not where it was put.
    seal      BYTEA  NOT NULL
);

-- Roots of perfect subtrees of 256 leaves, 65,536, …: proofs need not hash the whole log anew.
CREATE TABLE audit_nodes (
    level  INTEGER NOT NULL,
    number BIGINT  NOT NULL,
    hash   BYTEA   NOT NULL,
    PRIMARY KEY (level, number)
);

-- One row: how large the tree is, and its frontier (a hash for each bit of the size).
CREATE TABLE audit_tree (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    size     BIGINT  NOT NULL,
    frontier BYTEA   NOT NULL
);

-- Signed heads, numbered without a gap.
CREATE TABLE audit_heads (
    number BIGINT PRIMARY KEY,
    size   BIGINT NOT NULL,
    root   BYTEA  NOT NULL,
    at     BIGINT NOT NULL,
    -- C2SP tlog-checkpoint, with the log's own signatures.
    note   TEXT   NOT NULL
);
CREATE INDEX audit_heads_size ON audit_heads (size);

-- What independent witnesses signed of a head: C2SP cosignature/v1.
CREATE TABLE audit_cosignatures (
    head_number BIGINT NOT NULL,
    witness     TEXT   NOT NULL,
    line        TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (head_number, witness)
);

-- Events before `size` need be kept no longer; the frontier of the tree that they were keeps the rest verifiable.
CREATE TABLE audit_retirements (
    size       BIGINT PRIMARY KEY,
    frontier   BYTEA  NOT NULL,
    -- The first head that is kept.
    first_head BIGINT NOT NULL,
    at         BIGINT NOT NULL
);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: no % of %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- What was retired may go. That it was is a row which stays.
CREATE FUNCTION audit_refuse_unless_retired() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    retired BIGINT := (SELECT COALESCE(max(size), 0) FROM audit_retirements);
    gone    BOOLEAN := FALSE;
BEGIN
    CASE TG_ARGV[0]
        WHEN 'event' THEN gone := EXISTS (SELECT 1 FROM audit_leaves WHERE event_id = OLD.id AND place < retired);
        WHEN 'leaf' THEN gone := OLD.place < retired;
        WHEN 'node' THEN gone := (OLD.number + 1) << OLD.level <= retired;
        WHEN 'head' THEN gone := OLD.number < COALESCE((SELECT first_head FROM audit_retirements ORDER BY size DESC LIMIT 1), 0);
        WHEN 'cosignature' THEN gone := OLD.head_number < COALESCE((SELECT first_head FROM audit_retirements ORDER BY size DESC LIMIT 1), 0);
    END CASE;
    IF gone THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: no % of %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_pending FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_leaves FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_nodes FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_cosignatures FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_update BEFORE UPDATE OR DELETE ON audit_retirements FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_tree FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_refuse_unless_retired('event');
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_leaves FOR EACH ROW EXECUTE FUNCTION audit_refuse_unless_retired('leaf');
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_nodes FOR EACH ROW EXECUTE FUNCTION audit_refuse_unless_retired('node');
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_refuse_unless_retired('head');
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_cosignatures FOR EACH ROW EXECUTE FUNCTION audit_refuse_unless_retired('cosignature');
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_events_default FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_pending FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_leaves FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_nodes FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_tree FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_cosignatures FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_retirements FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- The id that sorts before every event of that day and later.
CREATE FUNCTION audit_first_id(first_day DATE) RETURNS UUID LANGUAGE sql IMMUTABLE AS $$
    SELECT CAST(lpad(to_hex(CAST(first_day - DATE '1970-01-01' AS BIGINT) * 86400000), 12, '0') || repeat('0', 20) AS UUID)
$$;

-- Makes the partition of a month, unless there is one or events of it lie in the default partition already.
CREATE FUNCTION audit_add_month(first_day DATE) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
DECLARE
    name TEXT := 'audit_events_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN FALSE;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF audit_events FOR VALUES FROM (%L) TO (%L)', name,
        audit_first_id(first_day), audit_first_id(CAST(first_day + INTERVAL '1 month' AS DATE)));
    EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()', name);
    RETURN TRUE;
EXCEPTION WHEN check_violation THEN
    RETURN FALSE;
END $$;

SELECT audit_add_month(CAST(date_trunc('month', CURRENT_DATE) + months * INTERVAL '1 month' AS DATE)) FROM generate_series(0, 3) AS months;
