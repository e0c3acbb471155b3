-- An id is its citizen's own: what is found by it alone needs an index, and not a unique one, which a partitioned table could not have.
DROP INDEX proposals_id;
CREATE INDEX proposals_id ON proposals (id);
DROP INDEX disclosures_id;
CREATE INDEX disclosures_id ON disclosures (id);
