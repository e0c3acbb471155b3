-- The audit log becomes one that shows what was done to it (docs/audit-log.md). Every event is put into audit_pending with its row;
-- the sequencer gives it its place in a Merkle tree (audit_leaves), and signs heads of that tree (audit_heads).

-- Events that have no place yet.
CREATE TABLE audit_pending (
    event_id BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO audit_pending SELECT id FROM audit_events;

-- Where each event stands in the tree.
CREATE TABLE audit_leaves (
    place     INTEGER PRIMARY KEY,
    event_id  BLOB    NOT NULL UNIQUE,
    -- RFC 9162 §2.1.1, of the event's canonical text.
    leaf_hash BLOB    NOT NULL,
    -- HMAC of place and hash by the log's key: names the first event that is not where it was put.
    seal      BLOB    NOT NULL
) STRICT;

-- Roots of perfect subtrees of 256 leaves, 65,536, …: proofs need not hash the whole log anew.
CREATE TABLE audit_nodes (
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash   BLOB    NOT NULL,
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- One row: how large the tree is, and its frontier (a hash for each bit of the size).
CREATE TABLE audit_tree (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    size     INTEGER NOT NULL,
    frontier BLOB    NOT NULL
) STRICT;

-- Signed heads, numbered without a gap.
CREATE TABLE audit_heads (
    number INTEGER PRIMARY KEY,
    size   INTEGER NOT NULL,
    root   BLOB    NOT NULL,
    at     INTEGER NOT NULL,
    -- C2SP tlog-checkpoint, with the log's own signatures.
    note   TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_heads_size ON audit_heads (size);

-- What independent witnesses signed of a head: C2SP cosignature/v1.
CREATE TABLE audit_cosignatures (
    head_number INTEGER NOT NULL,
    witness     TEXT    NOT NULL,
    line        TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (head_number, witness)
) STRICT, WITHOUT ROWID;

-- Events before `size` need be kept no longer; the frontier of the tree that they were keeps the rest verifiable.
CREATE TABLE audit_retirements (
    size       INTEGER PRIMARY KEY,
    frontier   BLOB    NOT NULL,
    -- The first head that is kept.
    first_head INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

-- One statement records an event and that it has no place yet. What comes with its place, from another database, does not wait.
CREATE TRIGGER audit_events_wait AFTER INSERT ON audit_events
WHEN NOT EXISTS (SELECT 1 FROM audit_leaves WHERE event_id = NEW.id)
    AND NOT EXISTS (SELECT 1 FROM audit_pending WHERE event_id = NEW.id)
BEGIN
    INSERT INTO audit_pending (event_id) VALUES (NEW.id);
END;

CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no UPDATE of audit_events');
END;
CREATE TRIGGER audit_pending_no_update BEFORE UPDATE ON audit_pending BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no UPDATE of audit_pending');
END;
CREATE TRIGGER audit_leaves_no_update BEFORE UPDATE ON audit_leaves BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no UPDATE of audit_leaves');
END;
CREATE TRIGGER audit_nodes_no_update BEFORE UPDATE ON audit_nodes BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no UPDATE of audit_nodes');
END;
CREATE TRIGGER audit_heads_no_update BEFORE UPDATE ON audit_heads BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no UPDATE of audit_heads');
END;
CREATE TRIGGER audit_cosignatures_no_update BEFORE UPDATE ON audit_cosignatures BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no UPDATE of audit_cosignatures');
END;
CREATE TRIGGER audit_retirements_no_update BEFORE UPDATE ON audit_retirements BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no UPDATE of audit_retirements');
END;
CREATE TRIGGER audit_tree_no_delete BEFORE DELETE ON audit_tree BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no DELETE of audit_tree');
END;
CREATE TRIGGER audit_retirements_no_delete BEFORE DELETE ON audit_retirements BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no DELETE of audit_retirements');
END;
-- What was retired may go. That it was is a row which stays.
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
WHEN NOT EXISTS (SELECT 1 FROM audit_leaves WHERE event_id = OLD.id AND place < (SELECT COALESCE(max(size), 0) FROM audit_retirements)) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no DELETE of audit_events');
END;
CREATE TRIGGER audit_leaves_no_delete BEFORE DELETE ON audit_leaves
WHEN OLD.place >= (SELECT COALESCE(max(size), 0) FROM audit_retirements) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no DELETE of audit_leaves');
END;
CREATE TRIGGER audit_nodes_no_delete BEFORE DELETE ON audit_nodes
WHEN (OLD.number + 1) << OLD.level > (SELECT COALESCE(max(size), 0) FROM audit_retirements) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no DELETE of audit_nodes');
END;
CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads
WHEN OLD.number >= COALESCE((SELECT first_head FROM audit_retirements ORDER BY size DESC LIMIT 1), 0) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no DELETE of audit_heads');
END;
CREATE TRIGGER audit_cosignatures_no_delete BEFORE DELETE ON audit_cosignatures
WHEN OLD.head_number >= COALESCE((SELECT first_head FROM audit_retirements ORDER BY size DESC LIMIT 1), 0) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no DELETE of audit_cosignatures');
END;
-- INSERT OR REPLACE deletes without asking the triggers above.
CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no second row of audit_events');
END;
CREATE TRIGGER audit_pending_no_replace BEFORE INSERT ON audit_pending
WHEN EXISTS (SELECT 1 FROM audit_pending WHERE event_id = NEW.event_id) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no second row of audit_pending');
END;
CREATE TRIGGER audit_leaves_no_replace BEFORE INSERT ON audit_leaves
WHEN EXISTS (SELECT 1 FROM audit_leaves WHERE place = NEW.place OR event_id = NEW.event_id) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no second row of audit_leaves');
END;
CREATE TRIGGER audit_nodes_no_replace BEFORE INSERT ON audit_nodes
WHEN EXISTS (SELECT 1 FROM audit_nodes WHERE level = NEW.level AND number = NEW.number) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no second row of audit_nodes');
END;
CREATE TRIGGER audit_heads_no_replace BEFORE INSERT ON audit_heads
WHEN EXISTS (SELECT 1 FROM audit_heads WHERE number = NEW.number) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no second row of audit_heads');
END;
CREATE TRIGGER audit_cosignatures_no_replace BEFORE INSERT ON audit_cosignatures
WHEN EXISTS (SELECT 1 FROM audit_cosignatures WHERE head_number = NEW.head_number AND witness = NEW.witness) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no second row of audit_cosignatures');
END;
CREATE TRIGGER audit_retirements_no_replace BEFORE INSERT ON audit_retirements
WHEN EXISTS (SELECT 1 FROM audit_retirements WHERE size = NEW.size) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: no second row of audit_retirements');
END;
