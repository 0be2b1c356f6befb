-- The store itself, its sequence of changes, and replaced rows.

-- name: add_info(name, crs, schema_version, created_at, created_by, created_role, data_on, is_sample)!
INSERT INTO store_info (id, name, crs, schema_version, created_at, created_by, created_role, data_on, is_sample)
VALUES (1, :name, :crs, :schema_version, :created_at, :created_by, :created_role, :data_on, :is_sample);

-- name: info()^
SELECT name, crs, schema_version, created_at, data_on, is_sample FROM store_info WHERE id = 1;

-- name: add_changes(layer, key, at, by_events)*!
INSERT INTO change (layer, key, changed_at, by_events) VALUES (:layer, :key, :at, :by_events);

-- name: restart_changes(layers, first, at)!
-- layers: a JSON list of names, of which each is told to have changed as a whole
INSERT INTO change (seq, layer, key, changed_at) SELECT :first + key, value, NULL, :at FROM json_each(:layers);

-- name: last_change()$
SELECT coalesce(max(seq), 0) FROM change;

-- name: last_change_of(layers)$
-- layers: a JSON list of names
SELECT coalesce(max((SELECT max(seq) FROM change WHERE layer = wanted.value)), 0)
FROM json_each(:layers) AS wanted;

-- name: changes_since(version)
SELECT seq, layer, key, by_events FROM change WHERE seq > :version ORDER BY seq;

-- name: add_history(layer, key, valid_from, valid_to, attributes, geometry, recorded_at, recorded_by, recorded_role, recorded_jurisdiction, at, by, role, jurisdiction)*!
INSERT INTO row_history (
  layer, key, valid_from, valid_to, attributes, geometry, minx, miny, maxx, maxy,
  recorded_at, recorded_by, recorded_role, recorded_jurisdiction,
  replaced_at, replaced_by, replaced_role, replaced_jurisdiction
)
VALUES (
  :layer, :key, :valid_from, max(:valid_to, coalesce(:valid_from, :valid_to)), :attributes,
  :geometry, ST_MinX(:geometry), ST_MinY(:geometry), ST_MaxX(:geometry), ST_MaxY(:geometry),
  :recorded_at, :recorded_by, :recorded_role, :recorded_jurisdiction,
  :at, :by, :role, :jurisdiction
);

-- name: last_history(layer, keys)
-- keys: a JSON list
SELECT key, max(valid_to) FROM row_history
WHERE layer = :layer AND key IN (SELECT value FROM json_each(:keys)) GROUP BY key;

-- name: replaced_at(layer, keys, at)
-- What was replaced at a moment, of each key what stood first first; keys: a JSON list
SELECT key, attributes, geometry FROM row_history
WHERE layer = :layer AND replaced_at = :at AND key IN (SELECT value FROM json_each(:keys)) ORDER BY id;

-- name: replaced_versions(layer, keys)
-- How many versions of each key have been replaced; keys: a JSON list
SELECT key, count(*) FROM row_history
WHERE layer = :layer AND key IN (SELECT value FROM json_each(:keys)) GROUP BY key;

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
  AND (:keys IS NULL OR h.key IN (SELECT value FROM json_each(:keys)))
  AND (:west IS NULL OR (h.minx <= :east AND h.maxx >= :west AND h.miny <= :north AND h.maxy >= :south))
  AND NOT EXISTS (
    SELECT 1 FROM row_history AS earlier
    WHERE earlier.layer = :layer AND earlier.key = h.key AND earlier.valid_to > :day AND earlier.id < h.id
  );

-- name: assessment()^
SELECT on_date, version, made_by FROM assessment;

-- name: project_assessments(since)
SELECT project_code, result FROM project_assessment WHERE version > :since;

-- name: project_assessments_of(keys, since)
-- keys: a JSON list
SELECT project_code, result FROM project_assessment
WHERE project_code IN (SELECT value FROM json_each(:keys)) AND version > :since;

-- name: forget_project_assessments()!
DELETE FROM project_assessment;

-- name: forget_project_parts()!
DELETE FROM project_part;

-- name: forget_project_parts_of(keys)!
-- keys: a JSON list
DELETE FROM project_part WHERE project_code IN (SELECT value FROM json_each(:keys));

-- name: keep_assessment(on_date, version, made_by)!
INSERT INTO assessment (id, on_date, version, made_by) VALUES (1, :on_date, :version, :made_by)
ON CONFLICT (id) DO UPDATE SET on_date = excluded.on_date, version = excluded.version, made_by = excluded.made_by;

-- name: keep_project_assessments(code, version, result)*!
INSERT INTO project_assessment (project_code, version, result) VALUES (:code, :version, :result)
ON CONFLICT (project_code) DO UPDATE SET version = excluded.version, result = excluded.result;
