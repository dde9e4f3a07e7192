-- Bugzilla's whole model: classifications, legal values and workflow, keywords, dependencies, custom fields, times, tags.
-- Hours are in hundredths.

-- ---- people

ALTER TABLE groups ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1));
CREATE TABLE group_grants (
    group_id  INTEGER NOT NULL REFERENCES groups,
    member_id INTEGER NOT NULL REFERENCES groups,
    kind      TEXT    NOT NULL,
    CONSTRAINT "a grant is 'member', 'bless' or 'visible'" CHECK (kind IN ('member', 'bless', 'visible')),
    PRIMARY KEY (group_id, member_id, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX group_grants_of_member ON group_grants (member_id);

-- `memberships` has all groups of a user, so that reading is quick: it follows from direct memberships, the regular
-- expressions of groups and the grants between groups, and is made anew whenever one of these changes.
CREATE TABLE direct_memberships (
    user_id  INTEGER NOT NULL REFERENCES users,
    group_id INTEGER NOT NULL REFERENCES groups,
    PRIMARY KEY (user_id, group_id)
) STRICT, WITHOUT ROWID;

INSERT INTO direct_memberships (user_id, group_id) SELECT user_id, group_id FROM memberships;
CREATE INDEX members_of_group ON direct_memberships (group_id);

-- Users who may put others into a group, or out of it.
CREATE TABLE blessings (
    user_id  INTEGER NOT NULL REFERENCES users,
    group_id INTEGER NOT NULL REFERENCES groups,
    PRIMARY KEY (user_id, group_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE users ADD COLUMN extern_id TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN last_used INTEGER;
CREATE TABLE saved_searches (
    id        INTEGER PRIMARY KEY,
    user_id   INTEGER NOT NULL REFERENCES users,
    name      TEXT    NOT NULL,
    query     TEXT    NOT NULL,
    is_report INTEGER NOT NULL CHECK (is_report IN (0, 1))
) STRICT;

CREATE INDEX saved_searches_of_user ON saved_searches (user_id);

CREATE TABLE audit_log (
    id         INTEGER PRIMARY KEY,
    user_id    INTEGER REFERENCES users,
    class_name TEXT    NOT NULL,
    object_id  INTEGER NOT NULL,
    field      TEXT    NOT NULL,
    removed    TEXT    NOT NULL,
    added      TEXT    NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_log_of_class ON audit_log (class_name, at);

-- ---- products

CREATE TABLE classifications (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    sort_key    INTEGER NOT NULL,
    CONSTRAINT "a classification's name cannot be empty" CHECK (name <> '')
) STRICT;

INSERT INTO classifications (id, name, description, sort_key)
    VALUES (1, 'Unclassified', 'Not assigned to any classification', 0);

ALTER TABLE products ADD COLUMN classification_id INTEGER REFERENCES classifications; -- NULL is Unclassified
ALTER TABLE products ADD COLUMN default_milestone TEXT NOT NULL DEFAULT '---';
ALTER TABLE products ADD COLUMN allows_unconfirmed INTEGER NOT NULL DEFAULT 1 CHECK (allows_unconfirmed IN (0, 1));
ALTER TABLE components ADD COLUMN default_qa_contact_id INTEGER REFERENCES users;
ALTER TABLE components ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1));

CREATE TABLE component_cc (
    component_id INTEGER NOT NULL REFERENCES components,
    user_id      INTEGER NOT NULL REFERENCES users,
    PRIMARY KEY (component_id, user_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE versions ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1));
ALTER TABLE milestones ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1));
ALTER TABLE milestones ADD COLUMN sort_key INTEGER NOT NULL DEFAULT 0;
ALTER TABLE group_controls ADD COLUMN edit_components INTEGER NOT NULL DEFAULT 0 CHECK (edit_components IN (0, 1));
ALTER TABLE group_controls ADD COLUMN edit_bugs INTEGER NOT NULL DEFAULT 0 CHECK (edit_bugs IN (0, 1));
ALTER TABLE group_controls ADD COLUMN can_confirm INTEGER NOT NULL DEFAULT 0 CHECK (can_confirm IN (0, 1));
ALTER TABLE flag_types ADD COLUMN cc_list TEXT NOT NULL DEFAULT '';

-- ---- fields of bugs, their legal values, and the workflow; where there are none, those of a new Bugzilla hold

CREATE TABLE bug_fields (
    id                  INTEGER PRIMARY KEY,
    name                TEXT    NOT NULL UNIQUE,
    description         TEXT    NOT NULL,
    type                INTEGER NOT NULL,
    sort_key            INTEGER NOT NULL,
    is_custom           INTEGER NOT NULL CHECK (is_custom IN (0, 1)),
    is_mandatory        INTEGER NOT NULL CHECK (is_mandatory IN (0, 1)),
    is_on_bug_entry     INTEGER NOT NULL CHECK (is_on_bug_entry IN (0, 1)),
    is_obsolete         INTEGER NOT NULL CHECK (is_obsolete IN (0, 1)),
    is_in_lists         INTEGER NOT NULL CHECK (is_in_lists IN (0, 1)),
    is_numeric          INTEGER NOT NULL CHECK (is_numeric IN (0, 1)),
    long_description    TEXT    NOT NULL,
    reverse_description TEXT,
    visibility_field    TEXT,
    visibility_values   TEXT    NOT NULL,
    value_field         TEXT
) STRICT;

CREATE TABLE field_values (
    id                INTEGER PRIMARY KEY,
    field             TEXT    NOT NULL,
    name              TEXT    NOT NULL,
    sort_key          INTEGER NOT NULL,
    is_active         INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    is_open           INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    controlling_value TEXT,
    UNIQUE (field, name)
) STRICT;

CREATE TABLE status_transitions (
    id               INTEGER PRIMARY KEY,
    old_status       TEXT,
    new_status       TEXT    NOT NULL,
    comment_required INTEGER NOT NULL CHECK (comment_required IN (0, 1))
) STRICT;

CREATE TABLE keywords (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    is_active   INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    CONSTRAINT "a keyword's name cannot be empty" CHECK (name <> '')
) STRICT;

-- ---- bugs

ALTER TABLE bugs ADD COLUMN is_confirmed INTEGER NOT NULL DEFAULT 1 CHECK (is_confirmed IN (0, 1));
UPDATE bugs SET is_confirmed = 0 WHERE status = 'UNCONFIRMED';
ALTER TABLE bugs ADD COLUMN duplicate_of INTEGER REFERENCES bugs;
CREATE INDEX duplicates_of_bug ON bugs (duplicate_of) WHERE duplicate_of IS NOT NULL;

ALTER TABLE bugs ADD COLUMN deadline TEXT NOT NULL DEFAULT '';
ALTER TABLE bugs ADD COLUMN estimated_time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bugs ADD COLUMN remaining_time INTEGER NOT NULL DEFAULT 0;

CREATE TABLE bug_keywords (
    bug_id     INTEGER NOT NULL REFERENCES bugs,
    keyword_id INTEGER NOT NULL REFERENCES keywords,
    PRIMARY KEY (bug_id, keyword_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX bugs_of_keyword ON bug_keywords (keyword_id);

CREATE TABLE bug_dependencies (
    bug_id        INTEGER NOT NULL REFERENCES bugs,
    depends_on_id INTEGER NOT NULL REFERENCES bugs,
    PRIMARY KEY (bug_id, depends_on_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX bugs_that_depend_on ON bug_dependencies (depends_on_id);

CREATE TABLE bug_urls (
    id     INTEGER PRIMARY KEY,
    bug_id INTEGER NOT NULL REFERENCES bugs,
    url    TEXT    NOT NULL,
    UNIQUE (bug_id, url)
) STRICT;

-- The values of custom fields, as text: dates as in ISO 8601, bugs by number. Only a multi-select field has several.
CREATE TABLE custom_values (
    bug_id   INTEGER NOT NULL REFERENCES bugs,
    field_id INTEGER NOT NULL REFERENCES bug_fields,
    position INTEGER NOT NULL,
    value    TEXT    NOT NULL,
    PRIMARY KEY (bug_id, field_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX custom_values_of_field ON custom_values (field_id);

CREATE TABLE bug_tags (
    user_id INTEGER NOT NULL REFERENCES users,
    bug_id  INTEGER NOT NULL REFERENCES bugs,
    name    TEXT    NOT NULL,
    PRIMARY KEY (user_id, bug_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX tags_of_bug ON bug_tags (bug_id);

CREATE TABLE bug_visits (
    user_id INTEGER NOT NULL REFERENCES users,
    bug_id  INTEGER NOT NULL REFERENCES bugs,
    at      INTEGER NOT NULL,
    PRIMARY KEY (user_id, bug_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX visits_of_bug ON bug_visits (bug_id);

-- ---- comments

-- The check of `type` knows two more: SQLite changes a check only by making the table anew.
CREATE TABLE new_comments (
    id            INTEGER PRIMARY KEY,
    bug_id        INTEGER NOT NULL REFERENCES bugs,
    creator_id    INTEGER NOT NULL REFERENCES users,
    text          TEXT    NOT NULL,
    type          TEXT    NOT NULL,
    attachment_id INTEGER,
    is_private    INTEGER NOT NULL CHECK (is_private IN (0, 1)),
    creation_time INTEGER NOT NULL,
    work_time     INTEGER NOT NULL DEFAULT 0,
    related_bug   INTEGER REFERENCES bugs,
    FOREIGN KEY (bug_id, attachment_id) REFERENCES attachments (bug_id, id),
    CONSTRAINT "a comment is normal, or about a duplicate or an attachment"
        CHECK (type IN ('normal', 'duplicate_of', 'has_duplicate', 'attachment_created', 'attachment_updated')),
    CONSTRAINT "a comment about an attachment names it"
        CHECK (type NOT IN ('attachment_created', 'attachment_updated') OR attachment_id IS NOT NULL),
    CONSTRAINT "a comment about a duplicate names the other bug"
        CHECK (type NOT IN ('duplicate_of', 'has_duplicate') OR related_bug IS NOT NULL)
) STRICT;
INSERT INTO new_comments (id, bug_id, creator_id, text, type, attachment_id, is_private, creation_time)
    SELECT id, bug_id, creator_id, text, type, attachment_id, is_private, creation_time FROM comments;
DROP TABLE comments;
ALTER TABLE new_comments RENAME TO comments;
CREATE INDEX comments_of_bug ON comments (bug_id, creation_time, id);
CREATE INDEX work_of_bug ON comments (bug_id, work_time) WHERE work_time <> 0;

CREATE TABLE comment_tags (
    comment_id INTEGER NOT NULL REFERENCES comments,
    tag_folded TEXT    NOT NULL,
    tag        TEXT    NOT NULL,
    PRIMARY KEY (comment_id, tag_folded)
) STRICT, WITHOUT ROWID;

CREATE INDEX comments_of_tag ON comment_tags (tag_folded);

ALTER TABLE changes ADD COLUMN comment_id INTEGER REFERENCES comments;

-- ---- ids and the stamp of reference data

CREATE TRIGGER classifications_insert AFTER INSERT ON classifications BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER classifications_update AFTER UPDATE ON classifications BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER classifications_delete AFTER DELETE ON classifications BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER component_cc_insert AFTER INSERT ON component_cc BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER component_cc_update AFTER UPDATE ON component_cc BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER component_cc_delete AFTER DELETE ON component_cc BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER bug_fields_insert AFTER INSERT ON bug_fields BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER bug_fields_update AFTER UPDATE ON bug_fields BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER bug_fields_delete AFTER DELETE ON bug_fields BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER field_values_insert AFTER INSERT ON field_values BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER field_values_update AFTER UPDATE ON field_values BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER field_values_delete AFTER DELETE ON field_values BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER status_transitions_insert AFTER INSERT ON status_transitions BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER status_transitions_update AFTER UPDATE ON status_transitions BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER status_transitions_delete AFTER DELETE ON status_transitions BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER keywords_insert AFTER INSERT ON keywords BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER keywords_update AFTER UPDATE ON keywords BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER keywords_delete AFTER DELETE ON keywords BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER group_grants_insert AFTER INSERT ON group_grants BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER group_grants_update AFTER UPDATE ON group_grants BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER group_grants_delete AFTER DELETE ON group_grants BEGIN UPDATE reference SET stamp = random(); END;
