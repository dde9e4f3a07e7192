-- Saved searches and saved reports are numbered apart, as in Bugzilla.

CREATE TABLE new_saved_searches (
    is_report INTEGER NOT NULL CHECK (is_report IN (0, 1)),
    id        INTEGER NOT NULL,
    user_id   INTEGER NOT NULL REFERENCES users,
    name      TEXT    NOT NULL,
    query     TEXT    NOT NULL,
    PRIMARY KEY (is_report, id)
) STRICT, WITHOUT ROWID;
INSERT INTO new_saved_searches (is_report, id, user_id, name, query)
    SELECT is_report, id, user_id, name, query FROM saved_searches;
DROP TABLE saved_searches;
ALTER TABLE new_saved_searches RENAME TO saved_searches;
CREATE INDEX saved_searches_of_user ON saved_searches (user_id);
