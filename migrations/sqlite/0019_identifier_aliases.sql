-- Numbers of the state that a citizen had, or has beside their national identifier. They sign in with them, and no portal is told one.
CREATE TABLE identifier_aliases (
    citizen_id  BLOB   NOT NULL REFERENCES citizens (id),
    id          BLOB   NOT NULL,
    -- The scheme of a national identifier that was theirs, or another kind of numbers.
    kind        TEXT   NOT NULL,
    sealed      BLOB   NOT NULL,
    since       INTEGER NOT NULL,
    -- From then on it signs in no longer.
    until       INTEGER,
    PRIMARY KEY (citizen_id, id)
) STRICT, WITHOUT ROWID;

-- Directory: who has a number that was not one person's alone, by its keyed blind index. One that two people have finds neither.
-- A national identifier that was somebody's stands in sign_in_names, where it is theirs alone.
CREATE TABLE alias_names (
    name_index  BLOB     NOT NULL,
    kind        TEXT     NOT NULL,
    key_version INTEGER  NOT NULL,
    citizen_id  BLOB     NOT NULL REFERENCES citizens (id),
    PRIMARY KEY (name_index, kind, key_version, citizen_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_names_of_citizen ON alias_names (citizen_id);
