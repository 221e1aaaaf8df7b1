-- A question that waits for a user. AUTOINCREMENT: a number is never given to another question.
CREATE TABLE question (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    user     TEXT    NOT NULL,
    uid      TEXT    NOT NULL,
    asked    INTEGER NOT NULL, -- seconds since 1970-01-01T00:00:00Z
    question TEXT    NOT NULL, -- JSON
    envelope TEXT    NOT NULL, -- JSON
    calendar BLOB    NOT NULL, -- iCalendar
    FOREIGN KEY (user, uid) REFERENCES object (user, uid)
) STRICT;

CREATE INDEX question_user ON question (user, id);
