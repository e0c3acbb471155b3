-- Who is locked, suspended or not let in yet is looked for among everybody.
CREATE INDEX citizens_not_active ON citizens (status, id) WHERE status <> 'active' AND erased_at IS NULL;
