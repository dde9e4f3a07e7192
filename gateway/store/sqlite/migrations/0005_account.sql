-- Sessions of the pages, which their users see and end, and API keys that expire.

ALTER TABLE api_keys ADD COLUMN expires INTEGER;
ALTER TABLE tokens ADD COLUMN begun INTEGER; -- NULL for the login tokens of programs
ALTER TABLE tokens ADD COLUMN client TEXT;
