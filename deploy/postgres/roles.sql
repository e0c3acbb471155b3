-- Two accounts for SenID, so that whoever takes over a server cannot rewrite the audit log.
--
--   senid_owner   owns the schema. The operator uses it for `senid migrate`, and to have the log cleared of what was kept long enough.
--   senid_server  is what servers connect as. It adds to the audit log and removes or changes nothing of it.
--
-- Run it in SenID's database as a superuser (or as who owns the database and may create roles), once before the first `senid migrate`
-- and again after each one:
--
--   psql --dbname senid --file roles.sql
--
-- Then give both a password (\password senid_owner, \password senid_server), and the servers the address
-- postgres://senid_server@…/senid. docs/audit-log.md says what it is for.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'senid_owner') THEN
        CREATE ROLE senid_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'senid_server') THEN
        CREATE ROLE senid_server LOGIN;
    END IF;
END $$;

-- Nobody else makes anything here.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO senid_owner;
GRANT USAGE ON SCHEMA public TO senid_server;

-- What an earlier account made is the owner's. Partitions, indexes and constraints go with their tables.
DO $$
DECLARE
    one RECORD;
BEGIN
    FOR one IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO senid_owner', one.name);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'audit\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO senid_owner', one.name);
    END LOOP;
END $$;

-- The server reads and writes every table...
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO senid_server;

-- ... but for the schema's own bookkeeping, and the audit log: there it adds. What has got its place waits no longer; how large the
-- tree is changes with every event. The partitions are reached through their table alone.
DO $$
DECLARE
    one RECORD;
BEGIN
    FOR one IN SELECT c.oid::regclass AS name, c.relname, c.relispartition FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            AND (c.relname LIKE 'audit\_%' OR c.relname = '_sqlx_migrations') LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, senid_server', one.name);
        IF NOT one.relispartition THEN
            EXECUTE format('GRANT SELECT ON %s TO senid_server', one.name);
        END IF;
        IF NOT one.relispartition AND one.relname NOT IN ('_sqlx_migrations', 'audit_retirements') THEN
            EXECUTE format('GRANT INSERT ON %s TO senid_server', one.name);
        END IF;
    END LOOP;
    IF to_regclass('audit_pending') IS NOT NULL THEN
        GRANT DELETE ON audit_pending TO senid_server;
        GRANT UPDATE ON audit_tree TO senid_server;
    END IF;
END $$;
