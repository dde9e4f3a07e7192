-- The same as SQLite's migration 0006 (gateway/store/sqlite/migrations).

CREATE INDEX attachments_of_creator ON attachments (creator_id, id);
CREATE INDEX requests_of_user ON flags (requestee_id, status, id);
CREATE INDEX requests_by_user ON flags (setter_id, status, id);
