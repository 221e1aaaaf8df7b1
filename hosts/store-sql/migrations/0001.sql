-- A UID of a user. Rows are never deleted: what is left of a deleted object is its state and its version.
CREATE TABLE object (
    id        INTEGER PRIMARY KEY,
    user      TEXT    NOT NULL,
    uid       TEXT    NOT NULL,
    version   INTEGER NOT NULL CHECK (version > 0),
    residence TEXT    NOT NULL CHECK (residence IN ('synced', 'local-only')),
    state     TEXT    NOT NULL, -- JSON
    live      INTEGER NOT NULL CHECK (live = (calendar IS NOT NULL)),
    calendar  BLOB,             -- iCalendar; NULL once deleted. Last, so that the rest is read without it.
    UNIQUE (user, uid)
) STRICT;

-- Lists a user's objects without reading them.
CREATE INDEX object_live ON object (user, live, uid);

-- What messages to several recipients have in common, kept once.
CREATE TABLE body (
    id       INTEGER PRIMARY KEY,
    changes  TEXT NOT NULL, -- JSON
    calendar BLOB NOT NULL  -- iCalendar
) STRICT;

-- A message to one recipient. AUTOINCREMENT: a number is never given to another message.
CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    user     TEXT    NOT NULL,
    uid      TEXT    NOT NULL,
    body     INTEGER NOT NULL REFERENCES body (id),
    envelope TEXT    NOT NULL, -- JSON
    due      INTEGER NOT NULL, -- seconds since 1970-01-01T00:00:00Z
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    status   TEXT,
    given_up INTEGER NOT NULL DEFAULT 0 CHECK (given_up IN (0, 1)),
    FOREIGN KEY (user, uid) REFERENCES object (user, uid)
) STRICT;

CREATE INDEX outbox_due ON outbox (due, id) WHERE given_up = 0;
CREATE INDEX outbox_given_up ON outbox (id) WHERE given_up = 1;
CREATE INDEX outbox_body ON outbox (body);
CREATE INDEX outbox_object ON outbox (user, uid);
