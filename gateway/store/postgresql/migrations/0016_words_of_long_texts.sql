-- A tsvector takes 1 MB of words, and of 65,535 characters some become many letters. Those beyond the first 131,072 are
-- in no index of words: a comment is not refused for their sake.

CREATE OR REPLACE FUNCTION words(value text) RETURNS tsvector IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_tsvector(
        'pg_catalog.simple'::regconfig, left(without_punctuation(without_accents(value), ' '), 131072));
