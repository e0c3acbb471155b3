-- In which coarse block of addresses a device was last used, as a keyed hash that is the citizen's own: two of one citizen's can
-- be told to be the same, and nothing else can be told by it. Forgotten some time after the last use.
ALTER TABLE known_devices ADD COLUMN place BYTEA;
CREATE INDEX known_devices_with_place ON known_devices (last_used_at) WHERE place IS NOT NULL;
