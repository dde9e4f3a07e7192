-- The same as SQLite's migration 0009 (gateway/store/sqlite/migrations).

CREATE INDEX bugs_of_component ON bugs (component_id);
CREATE INDEX bugs_of_status ON bugs (status);
CREATE INDEX bugs_of_resolution ON bugs (resolution);
CREATE INDEX bugs_of_severity ON bugs (severity);
CREATE INDEX bugs_of_priority ON bugs (priority);
CREATE INDEX bugs_of_platform ON bugs (platform);
CREATE INDEX bugs_of_op_sys ON bugs (op_sys);
CREATE INDEX bugs_of_version ON bugs (version);
CREATE INDEX bugs_of_milestone ON bugs (target_milestone);
CREATE INDEX bugs_of_reporter ON bugs (reporter_id);
CREATE INDEX bugs_of_assignee ON bugs (assigned_to_id);
CREATE INDEX bugs_of_qa_contact ON bugs (qa_contact_id) WHERE qa_contact_id IS NOT NULL;
CREATE INDEX bugs_by_creation ON bugs (creation_time);
CREATE INDEX bugs_by_last_change ON bugs (last_change_time);
CREATE INDEX bugs_of_cc ON bug_cc (user_id);
CREATE INDEX bugs_of_group ON bug_groups (group_id);
CREATE INDEX comments_of_creator ON comments (creator_id);
CREATE INDEX flags_of_type ON flags (type_id);
CREATE INDEX changes_of_field ON changes (field, at);

-- ---- the functions that searches call, as gateway/store/sqlite/functions.py has them for SQLite

-- Letters that are not ASCII are folded by a collation that knows them, if the server has one.
DO $$
DECLARE
    known text := coalesce((
        SELECT collname FROM pg_collation
        WHERE collname IN ('und-x-icu', 'pg_c_utf8', 'C.utf8', 'en_US.utf8') AND collencoding IN (-1, 6)
        ORDER BY array_position(ARRAY['und-x-icu', 'pg_c_utf8', 'C.utf8', 'en_US.utf8'], collname::text) LIMIT 1),
        'default');
BEGIN
    EXECUTE format(
        'CREATE FUNCTION folded(value text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
            RETURN lower(value COLLATE %I) COLLATE "C"', known);
    EXECUTE format(
        'CREATE FUNCTION matches(value text, pattern text) RETURNS boolean IMMUTABLE STRICT PARALLEL SAFE
            RETURN value COLLATE %I ~ pattern', known);
    EXECUTE format(
        'CREATE FUNCTION without_punctuation(value text, instead text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
            RETURN regexp_replace(value COLLATE %I, ''([^[:alnum:]])'', instead, ''g'') COLLATE "C"', known);
END $$;

-- The expression is in RE2's syntax, whose \b is \y here. PostgreSQL's own take linear time too, as RE2 knows no
-- references to what was matched before.
CREATE FUNCTION has_match(value text, pattern text) RETURNS boolean IMMUTABLE STRICT PARALLEL SAFE
    RETURN matches(value, '(?ip)' || regexp_replace(pattern, '((?:^|[^\\])(?:\\\\)*)\\b', '\1\\y', 'g'));
CREATE FUNCTION has_word(value text, word text) RETURNS boolean IMMUTABLE STRICT PARALLEL SAFE
    RETURN matches(
        value,
        '(?i)(^|[^[:alnum:]])' || without_punctuation(word, '\\\1') || '($|[^[:alnum:]])');
CREATE FUNCTION without_accents(value text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
    RETURN folded(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'));

-- Punctuation comes before digits and letters.
CREATE FUNCTION collated(value text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(rtrim(without_accents(value), ' '),
        ' _-,;:!?.''"()[]{}@*/\&#%`^+<=>|~$',
        E'\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037\040\041') COLLATE "C";
CREATE FUNCTION time_text(seconds bigint) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_char('epoch'::timestamp + seconds * interval '1 second', 'YYYY-MM-DD HH24:MI:SS');
CREATE FUNCTION hours_text(hundredths bigint) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
    RETURN trim(to_char(hundredths / 100.0, '9999999999990.00'));
CREATE FUNCTION content_text(content bytea) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS $$
BEGIN
    RETURN convert_from(content, 'UTF8');
EXCEPTION WHEN OTHERS THEN
    RETURN encode(content, 'escape');
END $$;

CREATE FUNCTION words(value text) RETURNS tsvector IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_tsvector('pg_catalog.simple'::regconfig, without_punctuation(without_accents(value), ' '));
CREATE FUNCTION phrase(value text) RETURNS tsquery IMMUTABLE STRICT PARALLEL SAFE
    RETURN phraseto_tsquery('pg_catalog.simple'::regconfig, without_punctuation(without_accents(value), ' '));
CREATE FUNCTION phrase_start(value text) RETURNS tsquery IMMUTABLE STRICT PARALLEL SAFE
    RETURN (phrase(value)::text || ':*')::tsquery;

-- Who may see a comment is not kept here: searches look at the comment itself.
CREATE INDEX words_of_comments ON comments USING gin (words(text));
CREATE INDEX words_of_summaries ON bugs USING gin (words(summary));
