-- The same as SQLite's migration 0004 (gateway/store/sqlite/migrations).

ALTER TABLE site ADD COLUMN uid text COLLATE "C" NOT NULL DEFAULT '';
UPDATE site SET uid = replace(gen_random_uuid()::text, '-', '');
