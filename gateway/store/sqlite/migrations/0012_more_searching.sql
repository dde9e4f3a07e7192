-- Searches of comments by their author or their words need nothing of a comment but these columns. Few bugs have a URL or
-- a whiteboard, and only those are read to find a part of it.

DROP INDEX comments_of_creator;
CREATE INDEX comments_of_creator ON comments (creator_id, bug_id, is_private);
CREATE INDEX bugs_of_comments ON comments (id, bug_id, is_private);
CREATE INDEX bugs_with_url ON bugs (id) WHERE url <> '';
CREATE INDEX bugs_with_whiteboard ON bugs (id) WHERE whiteboard <> '';
