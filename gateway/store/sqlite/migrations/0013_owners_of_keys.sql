-- API keys and their owners are cached as reference data is (gateway/store/sql/transaction.py): what changes them changes
-- the stamp. Users without a key are not cached, nor are keys that do not exist.

CREATE TRIGGER api_keys_update AFTER UPDATE OF id, user_id, key_hash, description, revoked, expires ON api_keys
    BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER api_keys_delete AFTER DELETE ON api_keys BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER owners_update AFTER UPDATE OF id, login, real_name, disabled_text, email_enabled, extern_id ON users
    WHEN EXISTS (SELECT 1 FROM api_keys WHERE user_id IN (new.id, old.id))
    BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER memberships_insert AFTER INSERT ON memberships
    WHEN EXISTS (SELECT 1 FROM api_keys WHERE user_id = new.user_id)
    BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER memberships_update AFTER UPDATE ON memberships
    WHEN EXISTS (SELECT 1 FROM api_keys WHERE user_id IN (new.user_id, old.user_id))
    BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER memberships_delete AFTER DELETE ON memberships
    WHEN EXISTS (SELECT 1 FROM api_keys WHERE user_id = old.user_id)
    BEGIN UPDATE reference SET stamp = random(); END;
