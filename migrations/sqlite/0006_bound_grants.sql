-- What a grant's tokens may be for (RFC 8707), what it holds in structures of their own (RFC 9396), both as JSON, and the key
-- that its refresh tokens are good with (RFC 9449 section 5). A grant from before has none of them.
ALTER TABLE grants ADD COLUMN resources TEXT;
ALTER TABLE grants ADD COLUMN authorization_details TEXT;
ALTER TABLE grants ADD COLUMN binding_method TEXT;
ALTER TABLE grants ADD COLUMN binding_thumbprint BLOB;
