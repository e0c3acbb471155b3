-- Until when the break-glass account is open, whoever opened it: one who is an administrator anyway is given nothing by it, and it is no
-- less loud for that.
ALTER TABLE administration_turns ADD COLUMN glass_broken_until INTEGER;
