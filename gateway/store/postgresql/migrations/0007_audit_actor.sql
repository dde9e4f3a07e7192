-- The same as SQLite's migration 0006 (gateway/store/sqlite/migrations).

ALTER TABLE audit_log ADD COLUMN actor text COLLATE "C" NOT NULL DEFAULT '';
