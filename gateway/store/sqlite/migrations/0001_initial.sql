-- The data model of gateway/model.py.
--
-- Times are seconds since 1970, UTC; truth is 0 or 1. Text that is compared without regard to case stands beside its
-- case-folded form (Unicode's, which SQLite does not know), and only that is compared. The names of CHECK constraints
-- are what an administrator reads when one is violated.

CREATE TABLE site (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    version    TEXT NOT NULL,
    extensions TEXT NOT NULL CHECK (json_type(extensions) = 'object'),
    parameters TEXT NOT NULL CHECK (json_type(parameters) = 'object')
) STRICT;

-- ---- people

CREATE TABLE groups (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    description  TEXT    NOT NULL,
    is_bug_group INTEGER NOT NULL CHECK (is_bug_group IN (0, 1)),
    user_regexp  TEXT    NOT NULL
) STRICT;

CREATE TABLE users (
    id               INTEGER PRIMARY KEY,
    login            TEXT    NOT NULL,
    login_folded     TEXT    NOT NULL UNIQUE,
    real_name        TEXT    NOT NULL,
    real_name_folded TEXT    NOT NULL,
    password_hash    TEXT,
    disabled_text    TEXT    NOT NULL,
    email_enabled    INTEGER NOT NULL CHECK (email_enabled IN (0, 1)),
    CONSTRAINT "a login cannot be empty" CHECK (login <> '')
) STRICT;

CREATE TABLE memberships (
    user_id  INTEGER NOT NULL REFERENCES users,
    group_id INTEGER NOT NULL REFERENCES groups,
    PRIMARY KEY (user_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id          INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users,
    key_hash    TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    revoked     INTEGER NOT NULL CHECK (revoked IN (0, 1))
) STRICT;
CREATE INDEX api_keys_of_user ON api_keys (user_id);

CREATE TABLE tokens (
    user_id    INTEGER NOT NULL REFERENCES users,
    token_hash TEXT    NOT NULL,
    expires    INTEGER NOT NULL,
    PRIMARY KEY (user_id, token_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_expiry ON tokens (expires);

CREATE TABLE login_failures (
    id      INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    address TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX login_failures_of_user ON login_failures (user_id, address, at);
CREATE INDEX login_failures_by_time ON login_failures (at);

-- ---- products

CREATE TABLE products (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    is_active   INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    CONSTRAINT "a product's name cannot be empty" CHECK (name <> '')
) STRICT;

CREATE TABLE components (
    id                  INTEGER PRIMARY KEY,
    product_id          INTEGER NOT NULL REFERENCES products,
    name                TEXT    NOT NULL,
    description         TEXT    NOT NULL,
    default_assignee_id INTEGER REFERENCES users,
    UNIQUE (product_id, name),
    CONSTRAINT "a component's name cannot be empty" CHECK (name <> '')
) STRICT;

CREATE TABLE group_controls (
    product_id     INTEGER NOT NULL REFERENCES products,
    group_id       INTEGER NOT NULL REFERENCES groups,
    entry          INTEGER NOT NULL CHECK (entry IN (0, 1)),
    can_edit       INTEGER NOT NULL CHECK (can_edit IN (0, 1)),
    member_control INTEGER NOT NULL,
    other_control  INTEGER NOT NULL,
    PRIMARY KEY (product_id, group_id),
    CONSTRAINT "a control is 0, 1, 2 or 3" CHECK (member_control BETWEEN 0 AND 3 AND other_control BETWEEN 0 AND 3)
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    id         INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products,
    name       TEXT    NOT NULL,
    UNIQUE (product_id, name)
) STRICT;

CREATE TABLE milestones (
    id         INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products,
    name       TEXT    NOT NULL,
    UNIQUE (product_id, name)
) STRICT;

CREATE TABLE flag_types (
    id               INTEGER PRIMARY KEY,
    name             TEXT    NOT NULL,
    description      TEXT    NOT NULL,
    target_type      TEXT    NOT NULL,
    sortkey          INTEGER NOT NULL,
    is_active        INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    is_requestable   INTEGER NOT NULL CHECK (is_requestable IN (0, 1)),
    is_requesteeble  INTEGER NOT NULL CHECK (is_requesteeble IN (0, 1)),
    is_multiplicable INTEGER NOT NULL CHECK (is_multiplicable IN (0, 1)),
    grant_group_id   INTEGER REFERENCES groups,
    request_group_id INTEGER REFERENCES groups,
    CONSTRAINT "a flag type is for 'attachment' or 'bug'" CHECK (target_type IN ('attachment', 'bug'))
) STRICT;

-- Where flag types apply, and where not; NULL stands for any product or component.
CREATE TABLE flag_type_scopes (
    id           INTEGER PRIMARY KEY,
    flag_type_id INTEGER NOT NULL REFERENCES flag_types,
    is_exclusion INTEGER NOT NULL CHECK (is_exclusion IN (0, 1)),
    product_id   INTEGER REFERENCES products,
    component_id INTEGER REFERENCES components
) STRICT;

-- ---- bugs

CREATE TABLE bugs (
    id                  INTEGER PRIMARY KEY,
    component_id        INTEGER NOT NULL REFERENCES components,
    summary             TEXT    NOT NULL,
    reporter_id         INTEGER NOT NULL REFERENCES users,
    assigned_to_id      INTEGER NOT NULL REFERENCES users,
    qa_contact_id       INTEGER REFERENCES users,
    creation_time       INTEGER NOT NULL,
    last_change_time    INTEGER NOT NULL,
    status              TEXT    NOT NULL,
    resolution          TEXT    NOT NULL,
    severity            TEXT    NOT NULL,
    priority            TEXT    NOT NULL,
    platform            TEXT    NOT NULL,
    op_sys              TEXT    NOT NULL,
    version             TEXT    NOT NULL,
    target_milestone    TEXT    NOT NULL,
    url                 TEXT    NOT NULL,
    whiteboard          TEXT    NOT NULL,
    reporter_accessible INTEGER NOT NULL CHECK (reporter_accessible IN (0, 1)),
    cclist_accessible   INTEGER NOT NULL CHECK (cclist_accessible IN (0, 1))
) STRICT;

CREATE TABLE bug_aliases (
    alias_folded TEXT    PRIMARY KEY,
    alias        TEXT    NOT NULL,
    bug_id       INTEGER NOT NULL REFERENCES bugs,
    CONSTRAINT "an alias cannot be empty" CHECK (alias <> '')
) STRICT, WITHOUT ROWID;
CREATE INDEX bug_aliases_of_bug ON bug_aliases (bug_id);

CREATE TABLE bug_groups (
    bug_id   INTEGER NOT NULL REFERENCES bugs,
    group_id INTEGER NOT NULL REFERENCES groups,
    PRIMARY KEY (bug_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE bug_cc (
    bug_id  INTEGER NOT NULL REFERENCES bugs,
    user_id INTEGER NOT NULL REFERENCES users,
    PRIMARY KEY (bug_id, user_id)
) STRICT, WITHOUT ROWID;

-- ---- attachments

CREATE TABLE attachments (
    id               INTEGER PRIMARY KEY,
    bug_id           INTEGER NOT NULL REFERENCES bugs,
    file_name        TEXT    NOT NULL,
    summary          TEXT    NOT NULL,
    content_type     TEXT    NOT NULL,
    creator_id       INTEGER NOT NULL REFERENCES users,
    size             INTEGER CHECK (size >= 0),
    sha256           TEXT    CHECK (length(sha256) = 64),
    is_patch         INTEGER NOT NULL CHECK (is_patch IN (0, 1)),
    is_private       INTEGER NOT NULL CHECK (is_private IN (0, 1)),
    is_obsolete      INTEGER NOT NULL CHECK (is_obsolete IN (0, 1)),
    creation_time    INTEGER NOT NULL,
    last_change_time INTEGER NOT NULL,
    CHECK ((size IS NULL) = (sha256 IS NULL))
) STRICT;
-- Unique so that comments, flags and changes can refer to an attachment together with its bug.
CREATE UNIQUE INDEX attachments_of_bug ON attachments (bug_id, id);

-- Content in pieces; `start` is where in the content a piece begins, in bytes.
CREATE TABLE pieces (
    id            INTEGER PRIMARY KEY,
    attachment_id INTEGER NOT NULL REFERENCES attachments,
    start         INTEGER NOT NULL CHECK (start >= 0),
    data          BLOB    NOT NULL CHECK (length(data) > 0),
    UNIQUE (attachment_id, start)
) STRICT;

CREATE TABLE comments (
    id            INTEGER PRIMARY KEY,
    bug_id        INTEGER NOT NULL REFERENCES bugs,
    creator_id    INTEGER NOT NULL REFERENCES users,
    text          TEXT    NOT NULL,
    type          TEXT    NOT NULL,
    attachment_id INTEGER,
    is_private    INTEGER NOT NULL CHECK (is_private IN (0, 1)),
    creation_time INTEGER NOT NULL,
    FOREIGN KEY (bug_id, attachment_id) REFERENCES attachments (bug_id, id),
    CONSTRAINT "a comment is 'normal', 'attachment_created' or 'attachment_updated'"
        CHECK (type IN ('normal', 'attachment_created', 'attachment_updated')),
    CONSTRAINT "a comment about an attachment names it" CHECK (type = 'normal' OR attachment_id IS NOT NULL)
) STRICT;
CREATE INDEX comments_of_bug ON comments (bug_id, creation_time, id);

-- AUTOINCREMENT: clients keep the ids of flags, so that one that was cleared must not come to mean another.
CREATE TABLE flags (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    type_id           INTEGER NOT NULL REFERENCES flag_types,
    status            TEXT    NOT NULL,
    bug_id            INTEGER NOT NULL REFERENCES bugs,
    attachment_id     INTEGER,
    setter_id         INTEGER NOT NULL REFERENCES users,
    requestee_id      INTEGER REFERENCES users,
    creation_date     INTEGER NOT NULL,
    modification_date INTEGER NOT NULL,
    FOREIGN KEY (bug_id, attachment_id) REFERENCES attachments (bug_id, id),
    CONSTRAINT "a flag's status is ?, + or -" CHECK (status IN ('?', '+', '-'))
) STRICT;
CREATE INDEX flags_of_bug ON flags (bug_id, attachment_id);
CREATE INDEX flags_of_attachment ON flags (attachment_id);

CREATE TABLE changes (
    id            INTEGER PRIMARY KEY,
    user_id       INTEGER NOT NULL REFERENCES users,
    bug_id        INTEGER NOT NULL REFERENCES bugs,
    attachment_id INTEGER,
    field         TEXT    NOT NULL,
    removed       TEXT    NOT NULL,
    added         TEXT    NOT NULL,
    at            INTEGER NOT NULL,
    FOREIGN KEY (bug_id, attachment_id) REFERENCES attachments (bug_id, id)
) STRICT;
CREATE INDEX changes_of_bug ON changes (bug_id, at, id);

-- ---- reference data: the site, its products and flag types, and the names that they show

-- Whatever changes reference data changes the stamp (transaction.py), to a random one: it must never come again.
CREATE TABLE reference (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    stamp INTEGER NOT NULL
) STRICT;
INSERT INTO reference (id, stamp) VALUES (1, random());

CREATE TRIGGER site_insert AFTER INSERT ON site BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER site_update AFTER UPDATE ON site BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER site_delete AFTER DELETE ON site BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER groups_insert AFTER INSERT ON groups BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER groups_update AFTER UPDATE ON groups BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER groups_delete AFTER DELETE ON groups BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER products_insert AFTER INSERT ON products BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER products_update AFTER UPDATE ON products BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER products_delete AFTER DELETE ON products BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER components_insert AFTER INSERT ON components BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER components_update AFTER UPDATE ON components BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER components_delete AFTER DELETE ON components BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER group_controls_insert AFTER INSERT ON group_controls BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER group_controls_update AFTER UPDATE ON group_controls BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER group_controls_delete AFTER DELETE ON group_controls BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER versions_insert AFTER INSERT ON versions BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER versions_update AFTER UPDATE ON versions BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER versions_delete AFTER DELETE ON versions BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER milestones_insert AFTER INSERT ON milestones BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER milestones_update AFTER UPDATE ON milestones BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER milestones_delete AFTER DELETE ON milestones BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER flag_types_insert AFTER INSERT ON flag_types BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER flag_types_update AFTER UPDATE ON flag_types BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER flag_types_delete AFTER DELETE ON flag_types BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER scopes_insert AFTER INSERT ON flag_type_scopes BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER scopes_update AFTER UPDATE ON flag_type_scopes BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER scopes_delete AFTER DELETE ON flag_type_scopes BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER login_update AFTER UPDATE OF login ON users WHEN new.login <> old.login
    BEGIN UPDATE reference SET stamp = random(); END;
