-- Stages and holds as the events give them. keys: a JSON list of parcel numbers or project codes.

-- name: has_parcel_events_after(day)$
-- By the last entry of the index, whatever the planner knows of the table.
SELECT coalesce((SELECT max(on_date) FROM parcel_event) > :day, false);

-- name: has_project_events_after(day)$
SELECT coalesce((SELECT max(on_date) FROM project_event) > :day, false);

-- name: parcels_with_later_events(day)
SELECT DISTINCT parcel_no FROM parcel_event WHERE on_date > :day;

-- name: projects_with_later_events(day)
SELECT DISTINCT project_code FROM project_event WHERE on_date > :day;

-- name: parcels_of_with_later_events(keys, day)
SELECT k.key FROM jsonb_array_elements_text(CAST(:keys AS jsonb)) AS k (key)
WHERE EXISTS (SELECT 1 FROM parcel_event AS e WHERE e.parcel_no = k.key AND e.on_date > :day);

-- name: parcel_stages_on(keys, day)
SELECT DISTINCT ON (parcel_no) parcel_no, stage, on_date
FROM standing_event
WHERE parcel_no IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb))) AND kind = 'stage' AND on_date <= :day
ORDER BY parcel_no, on_date DESC, id DESC;

-- name: parcel_holds_on(keys, day)
-- Only parcels that are held: the last word was a hold.
SELECT parcel_no, hold_reason, on_date FROM (
  SELECT DISTINCT ON (parcel_no) parcel_no, kind, hold_reason, on_date
  FROM standing_event
  WHERE parcel_no IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb)))
    AND kind IN ('hold', 'release') AND on_date <= :day
  ORDER BY parcel_no, on_date DESC, id DESC
) AS latest
WHERE kind = 'hold';

-- name: project_stages_on(keys, day)
SELECT DISTINCT ON (project_code) project_code, stage, on_date
FROM project_event
WHERE project_code IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb))) AND on_date <= :day
ORDER BY project_code, on_date DESC, id DESC;

-- name: set_parcel_stages(rows)!
-- rows: a JSON list of objects with these keys
UPDATE parcel AS t
SET stage = r.stage, stage_on = r.stage_on, hold_reason = r.hold_reason, held_since = r.held_since
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
  AS r (key plain_text, stage code_stage, stage_on date, hold_reason code_hold_reason, held_since date)
WHERE t.parcel_no = r.key;

-- name: set_project_stages(rows)!
UPDATE project AS t SET stage = r.stage, stage_on = r.stage_on
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (key plain_text, stage code_project_stage, stage_on date)
WHERE t.code = r.key;
