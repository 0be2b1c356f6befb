-- What must be true and is not.

-- name: history_out_of_order(layer, key_column)
-- Keys whose versions do not follow one another, or whose version is of another key.
SELECT DISTINCT key FROM (
  SELECT key, valid_from, attributes, lag(valid_to) OVER (PARTITION BY key ORDER BY id) AS before
  FROM row_history WHERE layer = :layer
) AS version
WHERE valid_from IS DISTINCT FROM before
  OR (json_typeof(attributes) <> 'null' AND attributes ->> :key_column IS DISTINCT FROM key);

-- name: broken_indexes()
SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE c.relnamespace = CAST('guatu' AS regnamespace) AND NOT (i.indisvalid AND i.indisready) ORDER BY c.relname;

-- name: unchecked_constraints()
SELECT conname, CAST(CAST(conrelid AS regclass) AS text) FROM pg_constraint
WHERE connamespace = CAST('guatu' AS regnamespace) AND NOT convalidated ORDER BY conname;

-- name: guarded_tables()
-- Tables whose append-only trigger is there and on.
SELECT c.relname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = CAST('guatu' AS regnamespace) AND t.tgname = 'is_append_only' AND t.tgenabled = 'O';
