-- Vector tiles. What is drawn, and with which attributes: gis/maps/tiles.py, which does the same for stores that leave it
-- to it; a test compares the two.
--
-- Near (zoom 12 and above), shapes go from the working CRS (srid) to tile units by an affine map: at zoom 12 it is right to
-- about a unit, at 14 to a quarter, and takes a tenth of the time of a projection. Far, they go by Web Mercator. Instead of
-- ST_AsMVTGeom, which would make every shape valid anew, they are cut, rounded and turned (near_shape, far_shape): half the time,
-- and what gis/maps does. west … north: the tile and its edge, near in the working CRS; far in Web Mercator, and
-- crs_west … crs_north in the working CRS, null where the whole layer is to be looked at. OFFSET 0: each shape is made once.

-- name: parcel_stamps(west, south, east, north, day)$
-- A text that changes with the parcels in a box of the working CRS; '' where there never were any, null where they do not
-- stand at the end of the day as they are now.
SELECT CASE
  WHEN EXISTS (SELECT 1 FROM row_history WHERE layer = 'parcel' AND valid_to > CAST(:day AS date)) THEN NULL
  WHEN (SELECT max(on_date) FROM parcel_event) > CAST(:day AS date) THEN NULL
  ELSE (
    SELECT coalesce(md5(string_agg(stamp, ' ' ORDER BY x, y)), '') FROM parcel_block
    WHERE x BETWEEN block_of(:west) AND block_of(:east)
      AND y BETWEEN block_of(:south) AND block_of(:north)
  )
END;

-- name: begin_tile(layer, day)^
-- Many tiles are drawn at once, each by one process: starting helpers takes longer than the work. And whether nothing of
-- the layer changed after the day: asked at once, as each question waits for the server.
SELECT
  set_config('max_parallel_workers_per_gather', '0', true),
  NOT EXISTS (SELECT 1 FROM row_history WHERE layer = :layer AND valid_to > CAST(:day AS date))
  AND (:layer <> 'parcel' OR coalesce((SELECT max(on_date) FROM parcel_event) <= CAST(:day AS date), true));

-- name: parcel_rows(west, south, east, north, srid)
SELECT
  string_agg(shape, ''), string_agg(int4send(octet_length(shape)), ''),
  string_agg(parcel_no, E'\x1f'), string_agg(stage, E'\x1f'), string_agg(coalesce(hold_reason, ''), E'\x1f'),
  string_agg(coalesce(name, ''), E'\x1f')
FROM (
  SELECT parcel_no, name, stage, hold_reason, ST_AsBinary(geometry, 'NDR') AS shape
  FROM parcel WHERE geometry && ST_MakeEnvelope(:west, :south, :east, :north, :srid)
  OFFSET 0
) AS near;

-- name: unnamed_parcel_rows(west, south, east, north, srid)
SELECT
  string_agg(shape, ''), string_agg(int4send(octet_length(shape)), ''),
  string_agg(parcel_no, E'\x1f'), string_agg(stage, E'\x1f'), string_agg(coalesce(hold_reason, ''), E'\x1f')
FROM (
  SELECT parcel_no, stage, hold_reason, ST_AsBinary(geometry, 'NDR') AS shape
  FROM parcel WHERE geometry && ST_MakeEnvelope(:west, :south, :east, :north, :srid)
  OFFSET 0
) AS near;

-- name: parcel_far(west, south, east, north, crs_west, crs_south, crs_east, crs_north, srid, tolerance_m, scale, xoff, yoff)$
SELECT ST_AsMVT(drawn, 'parcel', 4096, 'shape') FROM (
  SELECT
    parcel.parcel_no, nullif(parcel.name, '') AS name, parcel.stage, readiness_of(parcel.stage) AS readiness,
    CASE WHEN parcel.hold_reason IS NOT NULL THEN true END AS held,
    far_shape(
      parcel.geometry, ST_MakeEnvelope(:west, :south, :east, :north, 3857), :tolerance_m, :scale, :xoff, :yoff
    ) AS shape
  FROM parcel
  WHERE :crs_west IS NULL OR parcel.geometry && ST_MakeEnvelope(:crs_west, :crs_south, :crs_east, :crs_north, :srid)
  ORDER BY parcel.parcel_no
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: large_parcel_rows(zoom, west, south, east, north)
SELECT
  string_agg(shape, ''), string_agg(int4send(octet_length(shape)), ''),
  string_agg(parcel_no, E'\x1f'), string_agg(stage, E'\x1f'), string_agg(coalesce(hold_reason, ''), E'\x1f')
FROM (
  SELECT parcel.parcel_no, parcel.stage, parcel.hold_reason, ST_AsBinary(parcel.geometry, 'NDR') AS shape
  FROM parcel_large AS large JOIN parcel ON parcel.fid = large.fid
  WHERE large.place &&& ST_SetSRID(
    ST_MakeLine(ST_MakePoint(:west, :south, :zoom), ST_MakePoint(:east, :north, :zoom)), 3857
  )
  OFFSET 0
) AS near;

-- name: large_parcel_far(zoom, west, south, east, north, tolerance_m, scale, xoff, yoff)$
SELECT ST_AsMVT(drawn, 'parcel', 4096, 'shape') FROM (
  SELECT
    parcel.parcel_no, readiness_of(parcel.stage) AS readiness,
    CASE WHEN parcel.hold_reason IS NOT NULL THEN true END AS held,
    far_shape(
      parcel.geometry, ST_MakeEnvelope(:west, :south, :east, :north, 3857), :tolerance_m, :scale, :xoff, :yoff
    ) AS shape
  FROM parcel_large AS large JOIN parcel ON parcel.fid = large.fid
  WHERE large.place &&& ST_SetSRID(
    ST_MakeLine(ST_MakePoint(:west, :south, :zoom), ST_MakePoint(:east, :north, :zoom)), 3857
  )
  ORDER BY parcel.parcel_no
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: past_large_parcel_far(zoom, day, west, south, east, north, crs_west, crs_south, crs_east, crs_north, srid, tolerance_m, scale, xoff, yoff)$
-- The same at the end of a past day: shapes that were replaced since as they were, stages and holds by the events until then
-- where there are later ones (gis/store/reading.py, which reads other stores' past days, rules what was when).
SELECT ST_AsMVT(drawn, 'parcel', 4096, 'shape') FROM (
  SELECT
    shown.parcel_no,
    readiness_of(CASE WHEN shown.is_late THEN coalesce((
      SELECT e.stage FROM standing_event AS e
      WHERE e.parcel_no = shown.parcel_no AND e.kind = 'stage' AND e.on_date <= CAST(:day AS date)
      ORDER BY e.on_date DESC, e.id DESC LIMIT 1
    ), 'not_started') ELSE shown.stage END) AS readiness,
    CASE WHEN shown.is_late THEN (
      SELECT CASE e.kind WHEN 'hold' THEN true END FROM standing_event AS e
      WHERE e.parcel_no = shown.parcel_no AND e.kind IN ('hold', 'release') AND e.on_date <= CAST(:day AS date)
      ORDER BY e.on_date DESC, e.id DESC LIMIT 1
    ) WHEN shown.hold_reason IS NOT NULL THEN true END AS held,
    far_shape(
      shown.geometry, ST_MakeEnvelope(:west, :south, :east, :north, 3857), :tolerance_m, :scale, :xoff, :yoff
    ) AS shape
  FROM (
    SELECT
      parcel.parcel_no, parcel.geometry, parcel.stage, parcel.hold_reason,
      EXISTS (
        SELECT 1 FROM parcel_event AS e WHERE e.parcel_no = parcel.parcel_no AND e.on_date > CAST(:day AS date)
      ) AS is_late
    FROM parcel_large AS large JOIN parcel ON parcel.fid = large.fid
    WHERE large.place &&& ST_SetSRID(
      ST_MakeLine(ST_MakePoint(:west, :south, :zoom), ST_MakePoint(:east, :north, :zoom)), 3857
    )
    AND NOT EXISTS (
      SELECT 1 FROM row_history AS h
      WHERE h.layer = 'parcel' AND h.key = parcel.parcel_no AND h.valid_to > CAST(:day AS date)
    )
    UNION ALL
    SELECT replaced.key, replaced.geometry, NULL, NULL, true
    FROM (
      SELECT DISTINCT ON (key) key, geometry FROM row_history
      WHERE layer = 'parcel' AND valid_to > CAST(:day AS date) ORDER BY key, id
    ) AS replaced
    CROSS JOIN LATERAL parcel_seen(replaced.geometry) AS seen
    WHERE replaced.geometry IS NOT NULL AND (:crs_west IS NULL OR replaced.geometry && ST_MakeEnvelope(:crs_west, :crs_south, :crs_east, :crs_north, :srid))
      AND seen.small_until < 12
      AND place_of(seen.diagonal, seen.small_until) &&& ST_SetSRID(
        ST_MakeLine(ST_MakePoint(:west, :south, :zoom), ST_MakePoint(:east, :north, :zoom)), 3857
      )
  ) AS shown
  ORDER BY shown.parcel_no
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: town_near(west, south, east, north, srid, tolerance_m, a, b, d, e, xoff, yoff)$
SELECT ST_AsMVT(drawn, 'town', 4096, 'shape') FROM (
  SELECT
    code, nullif(name, '') AS name, nullif(level, '') AS level,
    near_shape(
      town.geometry, ST_MakeEnvelope(:west, :south, :east, :north, :srid), :tolerance_m, :a, :b, :d, :e, :xoff, :yoff
    ) AS shape
  FROM town
  WHERE town.geometry && ST_MakeEnvelope(:west, :south, :east, :north, :srid)
  ORDER BY code
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: town_far(west, south, east, north, crs_west, crs_south, crs_east, crs_north, srid, tolerance_m, scale, xoff, yoff)$
SELECT ST_AsMVT(drawn, 'town', 4096, 'shape') FROM (
  SELECT
    code, nullif(name, '') AS name, nullif(level, '') AS level,
    far_shape(
      town.geometry, ST_MakeEnvelope(:west, :south, :east, :north, 3857), :tolerance_m, :scale, :xoff, :yoff
    ) AS shape
  FROM town
  WHERE :crs_west IS NULL OR town.geometry && ST_MakeEnvelope(:crs_west, :crs_south, :crs_east, :crs_north, :srid)
  ORDER BY code
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: park_near(west, south, east, north, srid, tolerance_m, a, b, d, e, xoff, yoff)$
SELECT ST_AsMVT(drawn, 'park', 4096, 'shape') FROM (
  SELECT
    code, nullif(name, '') AS name, nullif(level, '') AS level,
    near_shape(
      park.geometry, ST_MakeEnvelope(:west, :south, :east, :north, :srid), :tolerance_m, :a, :b, :d, :e, :xoff, :yoff
    ) AS shape
  FROM park
  WHERE park.geometry && ST_MakeEnvelope(:west, :south, :east, :north, :srid)
  ORDER BY code
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: park_far(west, south, east, north, crs_west, crs_south, crs_east, crs_north, srid, tolerance_m, scale, xoff, yoff)$
SELECT ST_AsMVT(drawn, 'park', 4096, 'shape') FROM (
  SELECT
    code, nullif(name, '') AS name, nullif(level, '') AS level,
    far_shape(
      park.geometry, ST_MakeEnvelope(:west, :south, :east, :north, 3857), :tolerance_m, :scale, :xoff, :yoff
    ) AS shape
  FROM park
  WHERE :crs_west IS NULL OR park.geometry && ST_MakeEnvelope(:crs_west, :crs_south, :crs_east, :crs_north, :srid)
  ORDER BY code
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: zone_near(west, south, east, north, srid, tolerance_m, a, b, d, e, xoff, yoff)$
SELECT ST_AsMVT(drawn, 'zone', 4096, 'shape') FROM (
  SELECT
    nullif(zone_no, '') AS zone_no, nullif(name, '') AS name, nullif(kind, '') AS kind,
    near_shape(
      zone.geometry, ST_MakeEnvelope(:west, :south, :east, :north, :srid), :tolerance_m, :a, :b, :d, :e, :xoff, :yoff
    ) AS shape
  FROM zone
  WHERE zone.geometry && ST_MakeEnvelope(:west, :south, :east, :north, :srid)
  ORDER BY zone_no
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: zone_far(west, south, east, north, crs_west, crs_south, crs_east, crs_north, srid, tolerance_m, scale, xoff, yoff)$
SELECT ST_AsMVT(drawn, 'zone', 4096, 'shape') FROM (
  SELECT
    nullif(zone_no, '') AS zone_no, nullif(name, '') AS name, nullif(kind, '') AS kind,
    far_shape(
      zone.geometry, ST_MakeEnvelope(:west, :south, :east, :north, 3857), :tolerance_m, :scale, :xoff, :yoff
    ) AS shape
  FROM zone
  WHERE :crs_west IS NULL OR zone.geometry && ST_MakeEnvelope(:crs_west, :crs_south, :crs_east, :crs_north, :srid)
  ORDER BY zone_no
  OFFSET 0
) AS drawn
WHERE ST_Area(shape) > 0;

-- name: cells_of_tile(zoom, x, y)$
-- Small parcels: place in the tile (int4) and dm² a class (4 × int8) of each cell, one after the other.
SELECT string_agg(
  int4send(cell) || int8send(not_started) || int8send(in_procedure) || int8send(approved) || int8send(ready), ''
)
FROM parcel_cell WHERE zoom = :zoom AND tile_x = :x AND tile_y = :y;

-- name: cells_above(first_x, last_x, first_y, last_y, shift)$
-- The same for a tile that is wider than those of zoom 6, by so many halvings.
SELECT string_agg(
  int4send(cell) || int8send(not_started) || int8send(in_procedure) || int8send(approved) || int8send(ready), ''
)
FROM (
  SELECT
    ((((tile_y * 128 + (cell >> 7)) >> :shift) & 127) * 128) + (((tile_x * 128 + (cell & 127)) >> :shift) & 127) AS cell,
    CAST(sum(not_started) AS bigint) AS not_started, CAST(sum(in_procedure) AS bigint) AS in_procedure,
    CAST(sum(approved) AS bigint) AS approved, CAST(sum(ready) AS bigint) AS ready
  FROM parcel_cell
  WHERE zoom = 6 AND tile_x BETWEEN :first_x AND :last_x AND tile_y BETWEEN :first_y AND :last_y
  GROUP BY 1
) AS wide;

-- name: changes_after(day, most)$
-- How many events and replaced rows of parcels are later than a day; counted up to most of each.
SELECT
  (SELECT count(*) FROM (SELECT 1 FROM parcel_event WHERE on_date > CAST(:day AS date) LIMIT :most) AS events)
  + (SELECT count(*) FROM (
    SELECT 1 FROM row_history WHERE layer = 'parcel' AND valid_to > CAST(:day AS date) LIMIT :most
  ) AS versions);

-- name: cells_turned(zoom, x, y, day, crs_west, crs_south, crs_east, crs_north, srid)$
-- What a tile's cells of the end of a past day have more than the present ones (or less), in the same form: for each small
-- parcel that was of another class or shape, what it gave then less what it gives now.
WITH replaced AS MATERIALIZED (
  SELECT DISTINCT ON (key) key, geometry FROM row_history
  WHERE layer = 'parcel' AND valid_to > CAST(:day AS date) ORDER BY key, id
), late AS (
  SELECT parcel_no FROM parcel_event WHERE on_date > CAST(:day AS date) UNION SELECT key FROM replaced
), shapes AS (
  SELECT
    parcel.parcel_no, parcel.geometry, readiness_of(parcel.stage) AS becomes,
    replaced.key IS NULL OR coalesce(replaced.geometry = parcel.geometry, false) AS was_there
  FROM parcel JOIN late ON late.parcel_no = parcel.parcel_no LEFT JOIN replaced ON replaced.key = parcel.parcel_no
  WHERE :crs_west IS NULL OR parcel.geometry && ST_MakeEnvelope(:crs_west, :crs_south, :crs_east, :crs_north, :srid)
  UNION ALL
  SELECT replaced.key, replaced.geometry, NULL, true
  FROM replaced LEFT JOIN parcel ON parcel.parcel_no = replaced.key
  WHERE replaced.geometry IS NOT NULL AND (replaced.geometry = parcel.geometry) IS NOT TRUE
    AND (:crs_west IS NULL OR replaced.geometry && ST_MakeEnvelope(:crs_west, :crs_south, :crs_east, :crs_north, :srid))
), turned AS (
  SELECT
    shapes.geometry, shapes.becomes,
    CASE WHEN shapes.was_there THEN readiness_of(coalesce((
      SELECT e.stage FROM standing_event AS e
      WHERE e.parcel_no = shapes.parcel_no AND e.kind = 'stage' AND e.on_date <= CAST(:day AS date)
      ORDER BY e.on_date DESC, e.id DESC LIMIT 1
    ), 'not_started')) END AS was
  FROM shapes
  OFFSET 0
), seen AS (
  SELECT turned.was, turned.becomes, s.* FROM turned CROSS JOIN LATERAL parcel_seen(turned.geometry) AS s
  WHERE turned.was IS DISTINCT FROM turned.becomes AND s.small_until >= :zoom
  OFFSET 0
), spread AS (
  SELECT
    s.was, s.becomes, a.cell_x >> (s.small_until - :zoom) AS cell_x, a.cell_y >> (s.small_until - :zoom) AS cell_y,
    CAST(sum(a.dm2) AS bigint) AS dm2
  FROM seen AS s CROSS JOIN LATERAL parcel_spread(s.small_until, s.x, s.y, s.width, s.height, s.area_dm2) AS a
  GROUP BY 1, 2, 3, 4
  OFFSET 0
)
SELECT string_agg(
  int4send(cell) || int8send(not_started) || int8send(in_procedure) || int8send(approved) || int8send(ready), ''
)
FROM (
  SELECT
    (cell_y & 127) * 128 + (cell_x & 127) AS cell,
    CAST(sum(
      CASE was WHEN 'not_started' THEN dm2 ELSE 0 END - CASE becomes WHEN 'not_started' THEN dm2 ELSE 0 END
    ) AS bigint) AS not_started,
    CAST(sum(
      CASE was WHEN 'in_procedure' THEN dm2 ELSE 0 END - CASE becomes WHEN 'in_procedure' THEN dm2 ELSE 0 END
    ) AS bigint) AS in_procedure,
    CAST(sum(
      CASE was WHEN 'approved' THEN dm2 ELSE 0 END - CASE becomes WHEN 'approved' THEN dm2 ELSE 0 END
    ) AS bigint) AS approved,
    CAST(sum(CASE was WHEN 'ready' THEN dm2 ELSE 0 END - CASE becomes WHEN 'ready' THEN dm2 ELSE 0 END) AS bigint) AS ready
  FROM spread WHERE cell_x >> 7 = :x AND cell_y >> 7 = :y
  GROUP BY 1
) AS turned_cells;

-- name: wrong_cells()
-- Cells in which what is kept is not what the parcels give; at most 20.
SELECT zoom, tile_x, tile_y, cell
FROM (SELECT * FROM parcel_cell WHERE (not_started, in_procedure, approved, ready) <> (0, 0, 0, 0)) AS kept
FULL JOIN parcel_cell_due AS due USING (zoom, tile_x, tile_y, cell)
WHERE (kept.not_started, kept.in_procedure, kept.approved, kept.ready)
  IS DISTINCT FROM (due.not_started, due.in_procedure, due.approved, due.ready)
ORDER BY zoom, tile_x, tile_y, cell LIMIT 20;

-- name: wrong_large_parcels()
-- Parcels that are drawn by themselves and should not be, or not where they are, or not drawn; at most 20 row numbers.
SELECT coalesce(kept.fid, due.fid) FROM parcel_large AS kept FULL JOIN parcel_large_due AS due ON due.fid = kept.fid
WHERE kept.place IS DISTINCT FROM due.place ORDER BY 1 LIMIT 20;
