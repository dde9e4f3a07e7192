-- API keys and their owners are cached as reference data is (gateway/store/sql/transaction.py): what changes them changes
-- the stamp. Users without a key are not cached, nor are keys that do not exist.

CREATE FUNCTION change_stamp_of_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint := CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> TG_ARGV[0])::bigint END;
    after bigint := CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> TG_ARGV[0])::bigint END;
    has_key boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.api_keys WHERE user_id = $1 OR user_id = $2)', TG_TABLE_SCHEMA)
        INTO has_key USING before, after;
    IF has_key THEN
        EXECUTE format('UPDATE %I.reference SET stamp = (random() * 9e18)::bigint', TG_TABLE_SCHEMA);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER change_stamp
    AFTER UPDATE OF id, user_id, key_hash, description, revoked, expires OR DELETE ON api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION change_stamp();
CREATE TRIGGER change_stamp_of_owner
    AFTER UPDATE OF id, login, real_name, disabled_text, email_enabled, extern_id ON users
    FOR EACH ROW EXECUTE FUNCTION change_stamp_of_owner('id');
CREATE TRIGGER change_stamp_of_owner AFTER INSERT OR UPDATE OR DELETE ON memberships
    FOR EACH ROW EXECUTE FUNCTION change_stamp_of_owner('user_id');
