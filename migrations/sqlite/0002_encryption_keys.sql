-- Not all of them sign any more: to some, portals encrypt what only this server shall read.
ALTER TABLE signing_keys RENAME TO key_pairs;
