-- Visits are listed in the order in which bugs were looked at first.

CREATE TABLE new_bug_visits (
    id      INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    bug_id  INTEGER NOT NULL REFERENCES bugs,
    at      INTEGER NOT NULL,
    UNIQUE (user_id, bug_id)
) STRICT;
INSERT INTO new_bug_visits (user_id, bug_id, at) SELECT user_id, bug_id, at FROM bug_visits ORDER BY at;
DROP TABLE bug_visits;
ALTER TABLE new_bug_visits RENAME TO bug_visits;
CREATE INDEX visits_of_bug ON bug_visits (bug_id);
