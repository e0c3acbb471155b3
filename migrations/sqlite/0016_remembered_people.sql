-- Who chose that the sign-in page of a device of theirs shows their name: by what the device's cookie holds, because nobody has
-- said yet who they are where it is looked up. Gone with the device.
CREATE TABLE remembered_people (
    secret_hash   BLOB    PRIMARY KEY,
    citizen_id    BLOB    NOT NULL,
    remembered_at INTEGER NOT NULL,
    FOREIGN KEY (citizen_id, secret_hash) REFERENCES known_devices (citizen_id, secret_hash) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX remembered_people_of_citizen ON remembered_people (citizen_id, secret_hash);
