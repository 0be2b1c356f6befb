-- Stages and holds as the events give them. keys: a JSON list of parcel numbers or project codes.
-- (CROSS JOIN: for each key its events by the index, never the other way round.)
-- An event stands where no later row of its key corrects it; a correction may say that it never happened.

-- name: has_parcel_events_after(day)$
SELECT EXISTS (SELECT 1 FROM parcel_event WHERE on_date > :day);

-- name: has_project_events_after(day)$
SELECT EXISTS (SELECT 1 FROM project_event WHERE on_date > :day);

-- name: parcels_with_later_events(day)
SELECT DISTINCT parcel_no FROM parcel_event WHERE on_date > :day;

-- name: projects_with_later_events(day)
SELECT DISTINCT project_code FROM project_event WHERE on_date > :day;

-- name: parcels_of_with_later_events(keys, day)
SELECT k.value FROM json_each(:keys) AS k
WHERE EXISTS (SELECT 1 FROM parcel_event AS e WHERE e.parcel_no = k.value AND e.on_date > :day);

-- name: parcel_stages_on(keys, day)
SELECT parcel_no, stage, on_date FROM (
  SELECT e.parcel_no, e.stage, e.on_date,
    row_number() OVER (PARTITION BY e.parcel_no ORDER BY e.on_date DESC, e.id DESC) AS place
  FROM json_each(:keys) AS k CROSS JOIN parcel_event AS e ON e.parcel_no = k.value
  WHERE e.kind = 'stage' AND e.on_date <= :day
    AND e.withdrawn IS NOT 1 AND NOT EXISTS (
      SELECT 1 FROM parcel_event AS later
      WHERE later.parcel_no = e.parcel_no AND later.kind = e.kind AND later.stage IS e.stage
        AND later.on_date = e.on_date AND later.id > e.id
    )
) WHERE place = 1;

-- name: parcel_holds_on(keys, day)
-- Only parcels that are held: the last word was a hold.
SELECT parcel_no, hold_reason, on_date FROM (
  SELECT e.parcel_no, e.kind, e.hold_reason, e.on_date,
    row_number() OVER (PARTITION BY e.parcel_no ORDER BY e.on_date DESC, e.id DESC) AS place
  FROM json_each(:keys) AS k CROSS JOIN parcel_event AS e ON e.parcel_no = k.value
  WHERE e.kind IN ('hold', 'release') AND e.on_date <= :day
    AND e.withdrawn IS NOT 1 AND NOT EXISTS (
      SELECT 1 FROM parcel_event AS later
      WHERE later.parcel_no = e.parcel_no AND later.kind = e.kind AND later.stage IS e.stage
        AND later.on_date = e.on_date AND later.id > e.id
    )
) WHERE place = 1 AND kind = 'hold';

-- name: project_stages_on(keys, day)
SELECT project_code, stage, on_date FROM (
  SELECT e.project_code, e.stage, e.on_date,
    row_number() OVER (PARTITION BY e.project_code ORDER BY e.on_date DESC, e.id DESC) AS place
  FROM json_each(:keys) AS k CROSS JOIN project_event AS e ON e.project_code = k.value
  WHERE e.on_date <= :day
) WHERE place = 1;

-- name: set_parcel_stages(stage, stage_on, hold_reason, held_since, key)*!
UPDATE parcel SET stage = :stage, stage_on = :stage_on, hold_reason = :hold_reason, held_since = :held_since
WHERE parcel_no = :key;

-- name: set_project_stages(stage, stage_on, key)*!
UPDATE project SET stage = :stage, stage_on = :stage_on WHERE code = :key;
