-- Saved searches and saved reports are numbered apart, as in Bugzilla.
--
-- Older programs cannot use what this makes.

DROP TRIGGER give_id ON saved_searches;
ALTER TABLE saved_searches ALTER COLUMN id DROP IDENTITY;
ALTER TABLE saved_searches DROP CONSTRAINT saved_searches_pkey;
ALTER TABLE saved_searches ADD CONSTRAINT saved_searches_key PRIMARY KEY (is_report, id);
