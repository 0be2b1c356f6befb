-- The store itself, its sequence of changes, and replaced rows.

-- name: add_info(name, crs, schema_version, created_at, created_by, created_role, data_on, is_sample)!
-- schema_version: with which the store was made; the present one is told by schema_migration
INSERT INTO store_info (id, name, crs, created_schema, created_at, created_by, created_role, data_on, is_sample)
VALUES (1, :name, :crs, :schema_version, :created_at, :created_by, :created_role, :data_on, :is_sample);

-- name: info()^
SELECT name, crs, (SELECT max(number) FROM schema_migration), created_at, data_on, is_sample FROM store_info;

-- name: working_crs()$
SELECT crs FROM store_info;

-- name: add_changes(rows)!
-- rows: a JSON list of objects with these keys, in the order of the changes
INSERT INTO change (layer, key, changed_at, by_events)
SELECT
  r.value ->> 'layer', r.value ->> 'key', CAST(r.value ->> 'at' AS timestamptz), CAST(r.value ->> 'by_events' AS boolean)
FROM jsonb_array_elements(CAST(:rows AS jsonb)) WITH ORDINALITY AS r (value, place)
ORDER BY r.place;

-- name: restart_changes(layers, first, at)!
-- layers: a JSON list of names, of which each is told to have changed as a whole
WITH restarted AS (
  INSERT INTO change (seq, layer, key, changed_at)
  SELECT :first + place - 1, name, NULL, :at
  FROM jsonb_array_elements_text(CAST(:layers AS jsonb)) WITH ORDINALITY AS wanted (name, place)
  RETURNING seq
)
SELECT setval(pg_get_serial_sequence('change', 'seq'), max(seq)) FROM restarted;

-- name: last_change()$
SELECT coalesce(max(seq), 0) FROM change;

-- name: last_change_of(layers)$
-- layers: a JSON list of names
SELECT coalesce(max((SELECT max(seq) FROM change WHERE layer = wanted.name)), 0)
FROM jsonb_array_elements_text(CAST(:layers AS jsonb)) AS wanted (name);

-- name: changes_since(version)
SELECT seq, layer, key, by_events FROM change WHERE seq > :version ORDER BY seq;

-- name: add_history(rows)!
-- rows: a JSON list of objects with these keys
INSERT INTO row_history (
  layer, key, valid_from, valid_to, attributes, geometry,
  recorded_at, recorded_by, recorded_role, recorded_jurisdiction,
  replaced_at, replaced_by, replaced_role, replaced_jurisdiction
)
SELECT
  r.layer, r.key, r.valid_from, greatest(r.valid_to, r.valid_from), CAST(r.attributes AS json),
  CAST(r.geometry AS geometry),
  r.recorded_at, r.recorded_by, r.recorded_role, r.recorded_jurisdiction,
  r.at, r.by, r.role, r.jurisdiction
FROM json_to_recordset(CAST(:rows AS json)) AS r (
  layer text, key text, valid_from date, valid_to date, attributes text, geometry text,
  recorded_at timestamptz, recorded_by text, recorded_role text, recorded_jurisdiction text,
  at timestamptz, by text, role text, jurisdiction text
);

-- name: last_history(layer, keys)
-- keys: a JSON list
SELECT key, max(valid_to) FROM row_history
WHERE layer = :layer AND key IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb))) GROUP BY key;

-- name: replaced_at(layer, keys, at)
-- What was replaced at a moment, of each key what stood first first; keys: a JSON list
SELECT key, CAST(attributes AS text), CAST(geometry AS text) FROM row_history
WHERE layer = :layer AND replaced_at = :at AND key IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb)))
ORDER BY id;

-- name: replaced_versions(layer, keys)
-- How many versions of each key have been replaced; keys: a JSON list
SELECT key, count(*) FROM row_history
WHERE layer = :layer AND key IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb))) GROUP BY key;

-- name: history_of(layer, key)
SELECT valid_from, valid_to, recorded_at, recorded_by, attributes FROM row_history
WHERE layer = :layer AND key = :key ORDER BY id;

-- name: has_history_after(layer, day)$
SELECT EXISTS (SELECT 1 FROM row_history WHERE layer = :layer AND valid_to > :day);

-- name: versions_on(layer, day, keys, west, east, north, south)
-- The versions of day :day that have been replaced since; keys: a JSON list or null, box sides or null.
SELECT h.attributes, h.geometry, h.recorded_at, h.recorded_by, h.recorded_role, h.recorded_jurisdiction
FROM row_history AS h
WHERE h.layer = :layer AND h.valid_to > :day
  AND (:keys IS NULL OR h.key IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb))))
  AND (:west IS NULL OR (
    ST_XMin(h.geometry) <= :east AND ST_XMax(h.geometry) >= :west
    AND ST_YMin(h.geometry) <= :north AND ST_YMax(h.geometry) >= :south
  ))
  AND NOT EXISTS (
    SELECT 1 FROM row_history AS earlier
    WHERE earlier.layer = :layer AND earlier.key = h.key AND earlier.valid_to > :day AND earlier.id < h.id
  );

-- name: extent_of(layer)^
SELECT west, south, east, north FROM layer_extent WHERE layer = :layer;

-- name: set_extent(layer, west, south, east, north)!
INSERT INTO layer_extent VALUES (:layer, :west, :south, :east, :north)
ON CONFLICT (layer) DO UPDATE
SET west = excluded.west, south = excluded.south, east = excluded.east, north = excluded.north;

-- name: forget_extent(layer)!
DELETE FROM layer_extent WHERE layer = :layer;

-- name: assessment()^
SELECT on_date, version, made_by FROM assessment;

-- name: project_assessments(since)
SELECT project_code, result FROM project_assessment WHERE version > :since;

-- name: project_assessments_of(keys, since)
-- keys: a JSON list. As an array, which the index is asked for.
SELECT project_code, result FROM project_assessment
WHERE project_code = ANY(ARRAY(SELECT jsonb_array_elements_text(CAST(:keys AS jsonb)))) AND version > :since;

-- name: forget_project_assessments()!
DELETE FROM project_assessment;

-- name: forget_project_parts()!
DELETE FROM project_part;

-- name: forget_project_parts_of(keys)!
-- keys: a JSON list
DELETE FROM project_part WHERE project_code = ANY(ARRAY(SELECT jsonb_array_elements_text(CAST(:keys AS jsonb))));

-- name: keep_assessment(on_date, version, made_by)!
INSERT INTO assessment (id, on_date, version, made_by) VALUES (1, :on_date, :version, :made_by)
ON CONFLICT (id) DO UPDATE SET on_date = excluded.on_date, version = excluded.version, made_by = excluded.made_by;

-- name: keep_project_assessments(rows)!
-- rows: a JSON list of objects with these keys
INSERT INTO project_assessment (project_code, version, result)
SELECT r.code, r.version, CAST(r.result AS json)
FROM json_to_recordset(CAST(:rows AS json)) AS r (code text, version bigint, result text)
ON CONFLICT (project_code) DO UPDATE SET version = excluded.version, result = excluded.result;
