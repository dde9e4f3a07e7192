-- The same as SQLite's migration 0005 (gateway/store/sqlite/migrations).

ALTER TABLE api_keys ADD COLUMN expires bigint;
ALTER TABLE tokens ADD COLUMN begun bigint;
ALTER TABLE tokens ADD COLUMN client text;
