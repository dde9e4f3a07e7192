-- A site is told from others by random digits, which its copies keep.

ALTER TABLE site ADD COLUMN uid TEXT NOT NULL DEFAULT '';
UPDATE site SET uid = lower(hex(randomblob(16)));
