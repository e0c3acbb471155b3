-- What a grant holds beside its scope (OpenID Connect Core §5.5), as JSON of claim names: nothing in it names a person.
-- A grant from before has neither.
ALTER TABLE grants ADD COLUMN claims TEXT;
-- The acr that answered the request.
ALTER TABLE grants ADD COLUMN acr TEXT;
