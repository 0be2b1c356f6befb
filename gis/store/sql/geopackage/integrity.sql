-- What must be true and is not.

-- name: history_out_of_order(layer, key_column)
-- Keys whose versions do not follow one another, or whose version is of another key.
SELECT DISTINCT key FROM (
  SELECT key, valid_from, attributes, lag(valid_to) OVER (PARTITION BY key ORDER BY id) AS before
  FROM row_history WHERE layer = :layer
) WHERE valid_from IS NOT before OR (attributes <> 'null' AND json_extract(attributes, '$.' || :key_column) IS NOT key);

-- name: content_names()
SELECT table_name FROM gpkg_contents;
