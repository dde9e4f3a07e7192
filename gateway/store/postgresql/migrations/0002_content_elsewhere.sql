-- Content may be kept outside of the database, in a bucket: then an attachment has a size and a hash, but no pieces.

ALTER TABLE attachments ADD COLUMN is_elsewhere boolean NOT NULL DEFAULT false;
CREATE INDEX attachments_elsewhere ON attachments (sha256, id, size) WHERE is_elsewhere;
