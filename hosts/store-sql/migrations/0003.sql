-- How often each user's calendar was committed to: what a decision about the whole of it was made on.
CREATE TABLE calendar (
    user    TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0)
) STRICT, WITHOUT ROWID;

-- Every commit so far raised one object's version by one.
INSERT INTO calendar SELECT user, sum(version) FROM object GROUP BY user;
