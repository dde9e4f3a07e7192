-- What searches of bugs need: an index for each field that has one value of few or is asked for as a whole, and indexes
-- of words.

CREATE INDEX bugs_of_component ON bugs (component_id);
CREATE INDEX bugs_of_status ON bugs (status);
CREATE INDEX bugs_of_resolution ON bugs (resolution);
CREATE INDEX bugs_of_severity ON bugs (severity);
CREATE INDEX bugs_of_priority ON bugs (priority);
CREATE INDEX bugs_of_platform ON bugs (platform);
CREATE INDEX bugs_of_op_sys ON bugs (op_sys);
CREATE INDEX bugs_of_version ON bugs (version);
CREATE INDEX bugs_of_milestone ON bugs (target_milestone);
CREATE INDEX bugs_of_reporter ON bugs (reporter_id);
CREATE INDEX bugs_of_assignee ON bugs (assigned_to_id);
CREATE INDEX bugs_of_qa_contact ON bugs (qa_contact_id) WHERE qa_contact_id IS NOT NULL;
CREATE INDEX bugs_by_creation ON bugs (creation_time);
CREATE INDEX bugs_by_last_change ON bugs (last_change_time);
CREATE INDEX bugs_of_cc ON bug_cc (user_id);
CREATE INDEX bugs_of_group ON bug_groups (group_id);
CREATE INDEX comments_of_creator ON comments (creator_id);
CREATE INDEX flags_of_type ON flags (type_id);
CREATE INDEX changes_of_field ON changes (field, at);

-- The words of comments and summaries, of whose texts there is no second copy. Who may see a comment is not kept here:
-- searches look at the comment itself.

CREATE VIRTUAL TABLE comment_words
    USING fts5 (text, content = 'comments', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO comment_words (comment_words) VALUES ('rebuild');

CREATE TRIGGER comment_words_insert AFTER INSERT ON comments
    BEGIN INSERT INTO comment_words (rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER comment_words_delete AFTER DELETE ON comments
    BEGIN INSERT INTO comment_words (comment_words, rowid, text) VALUES ('delete', old.id, old.text); END;
CREATE TRIGGER comment_words_update AFTER UPDATE OF id, text ON comments BEGIN
    INSERT INTO comment_words (comment_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO comment_words (rowid, text) VALUES (new.id, new.text);
END;

CREATE VIRTUAL TABLE summary_words
    USING fts5 (summary, content = 'bugs', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO summary_words (summary_words) VALUES ('rebuild');

CREATE TRIGGER summary_words_insert AFTER INSERT ON bugs
    BEGIN INSERT INTO summary_words (rowid, summary) VALUES (new.id, new.summary); END;
CREATE TRIGGER summary_words_delete AFTER DELETE ON bugs
    BEGIN INSERT INTO summary_words (summary_words, rowid, summary) VALUES ('delete', old.id, old.summary); END;
CREATE TRIGGER summary_words_update AFTER UPDATE OF id, summary ON bugs WHEN new.summary <> old.summary BEGIN
    INSERT INTO summary_words (summary_words, rowid, summary) VALUES ('delete', old.id, old.summary);
    INSERT INTO summary_words (rowid, summary) VALUES (new.id, new.summary);
END;
