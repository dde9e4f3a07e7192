-- What somebody attached, and requests of and by somebody.

CREATE INDEX attachments_of_creator ON attachments (creator_id, id);
CREATE INDEX requests_of_user ON flags (requestee_id, status, id);
CREATE INDEX requests_by_user ON flags (setter_id, status, id);
