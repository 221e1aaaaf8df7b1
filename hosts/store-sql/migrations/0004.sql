-- Outside of which time an object has no instance, in seconds since 1970-01-01T00:00:00Z. The defaults lie outside of
-- all that a calendar can name: of what was stored before, it is not known.
ALTER TABLE object ADD COLUMN begins INTEGER NOT NULL DEFAULT -1000000000000;
ALTER TABLE object ADD COLUMN ends INTEGER NOT NULL DEFAULT 1000000000000;

-- What is over before a window begins is not looked at for it.
CREATE INDEX object_ends ON object (user, ends) WHERE live = 1;
