-- A new key changes the stamp too: one whose transaction was rolled back must not stay in a cache. And SQLite calls no
-- trigger for a row that INSERT OR REPLACE deletes, and deletes owners of keys where foreign keys are not enforced.

CREATE TRIGGER api_keys_insert AFTER INSERT ON api_keys BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER owners_insert AFTER INSERT ON users
    WHEN EXISTS (SELECT 1 FROM api_keys WHERE user_id = new.id)
    BEGIN UPDATE reference SET stamp = random(); END;
CREATE TRIGGER owners_delete AFTER DELETE ON users
    WHEN EXISTS (SELECT 1 FROM api_keys WHERE user_id = old.id)
    BEGIN UPDATE reference SET stamp = random(); END;
