-- The operating system's login of who used the command line.

ALTER TABLE audit_log ADD COLUMN actor TEXT NOT NULL DEFAULT '';
