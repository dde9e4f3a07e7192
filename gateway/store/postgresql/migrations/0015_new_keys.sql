-- A new key changes the stamp too: one whose transaction was rolled back must not stay in a cache. And a table that
-- is emptied at once calls none of the triggers of rows that are deleted.

CREATE TRIGGER change_stamp_when_added AFTER INSERT ON api_keys FOR EACH STATEMENT EXECUTE FUNCTION change_stamp();
CREATE TRIGGER change_stamp_when_emptied AFTER TRUNCATE ON api_keys FOR EACH STATEMENT EXECUTE FUNCTION change_stamp();
CREATE TRIGGER change_stamp_when_emptied AFTER TRUNCATE ON memberships
    FOR EACH STATEMENT EXECUTE FUNCTION change_stamp();
