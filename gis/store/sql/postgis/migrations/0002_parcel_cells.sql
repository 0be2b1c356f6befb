-- What the map shows of parcels when zoomed out, prepared and kept current by every write, whoever writes.
--
-- Up to zoom 12 a parcel that is narrower than four pixels is not drawn by itself: its area goes to the cells of a
-- grid, 128 × 128 cells a tile, by readiness class (gis/maps/tiles.py says how they are drawn, and why). A tile of a
-- million parcels is so the reading of at most 16,384 rows, and of those parcels that are large enough to be drawn.

SET LOCAL search_path = guatu, public;

CREATE FUNCTION readiness_of(stage text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN stage = 'not_started' THEN 'not_started'
    WHEN stage IN ('pre_notice', 'survey', 'plan_notice', 'agreement', 'submitted') THEN 'in_procedure'
    WHEN stage = 'approved' THEN 'approved'
    WHEN stage IN ('cleared', 'supplied', 'registered') THEN 'ready'
  END
$$;
COMMENT ON FUNCTION readiness_of IS '阶段所属的用地成熟度 / the readiness class of a stage';

-- Areas are in square decimetres of the Web Mercator plane, whole numbers: what a write adds, a later one takes away
-- without remainder, so that the cells can be compared with the parcels exactly.
CREATE TABLE parcel_cell (
  zoom smallint NOT NULL,
  tile_x integer NOT NULL,
  tile_y integer NOT NULL,
  cell integer NOT NULL,
  not_started bigint NOT NULL,
  in_procedure bigint NOT NULL,
  approved bigint NOT NULL,
  ready bigint NOT NULL,
  CONSTRAINT parcel_cell_pkey PRIMARY KEY (zoom, tile_x, tile_y, cell),
  CONSTRAINT is_a_cell CHECK (cell BETWEEN 0 AND 16383)
) WITH (fillfactor = 80);
COMMENT ON TABLE parcel_cell IS '小比例尺下的地块面积格网 / parcels too small to be drawn, as areas of grid cells';
COMMENT ON COLUMN parcel_cell.cell IS '瓦片内格号：行 × 128 + 列 / place in the tile: row × 128 + column';

-- A line from the south-west corner and the first zoom to the north-east corner and zoom 13: the 3-D index answers
-- which parcels are drawn by themselves on one tile.
CREATE TABLE parcel_large (
  fid bigint NOT NULL CONSTRAINT parcel_large_pkey PRIMARY KEY,
  place geometry(LineStringZ, 3857) NOT NULL
);
CREATE INDEX parcel_large_place_idx ON parcel_large USING gist (place gist_geometry_ops_nd);
COMMENT ON TABLE parcel_large IS '小比例尺下单独绘制的地块 / parcels drawn by themselves at zoom 12 or below';
COMMENT ON COLUMN parcel_large.place IS '范围（Web 墨卡托）与起始级别 / box in Web Mercator, Z from the first zoom to 13';

-- How a shape lies on the map. small_until: the last zoom, 12 at most, at which its box is no wider than a cell; below 6
-- it is large at every zoom that is prepared. x, y, width, height: its box in cells of that zoom, from the north-west
-- corner of the world. area_dm2: its area in the Web Mercator plane, whose width is 40075016.69 m.
-- One SELECT, so that the planner puts it in the place of the call; OFFSET 0 keeps what is used twice from being done twice.
CREATE FUNCTION parcel_seen(shape geometry) RETURNS TABLE (
  diagonal geometry, small_until integer,
  x double precision, y double precision, width double precision, height double precision,
  area_dm2 double precision
) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT
    diagonal, small_until,
    (west / 40075016.685578488 + 0.5) * (128 << small_until_or_0), (0.5 - north / 40075016.685578488) * (128 << small_until_or_0),
    (east - west) / 40075016.685578488 * (128 << small_until_or_0), (north - south) / 40075016.685578488 * (128 << small_until_or_0),
    100 * public.ST_Area(shape) * (public.ST_Length(diagonal) / greatest(public.ST_Length(box), 1e-6)) ^ 2
  FROM (
    SELECT *, greatest(small_until, 0) AS small_until_or_0
    FROM (
      SELECT *, CAST(least(12, floor(
        ln(40075016.685578488 / 128 / greatest(east - west, north - south)) / ln(CAST(2 AS double precision))
      )) AS integer) AS small_until
      FROM (
        SELECT
          box, diagonal, public.ST_XMin(diagonal) AS west, public.ST_YMax(diagonal) AS north,
          greatest(public.ST_XMax(diagonal), public.ST_XMin(diagonal) + 1e-6) AS east,
          least(public.ST_YMin(diagonal), public.ST_YMax(diagonal) - 1e-6) AS south
        FROM (
          SELECT box, public.ST_Transform(box, 3857) AS diagonal
          FROM (
            SELECT public.ST_SetSRID(public.ST_MakeLine(
              public.ST_MakePoint(public.ST_XMin(shape), public.ST_YMin(shape)),
              public.ST_MakePoint(public.ST_XMax(shape), public.ST_YMax(shape))
            ), public.ST_SRID(shape)) AS box
            OFFSET 0
          ) AS boxed
          OFFSET 0
        ) AS placed
        OFFSET 0
      ) AS sided
      OFFSET 0
    ) AS sized
  ) AS scaled
$$;
COMMENT ON FUNCTION parcel_seen IS '地块在 Web 墨卡托中的范围、面积与并入格网的最大级别 / how large a parcel is on the map';

-- A box's area on the cells that it meets, at most four, in proportion to the overlap.
CREATE FUNCTION parcel_spread(
  small_until integer,
  x double precision, y double precision, width double precision, height double precision, area_dm2 double precision
) RETURNS TABLE (cell_x integer, cell_y integer, dm2 bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT
    CAST(floor(x) AS integer) + step.across, CAST(floor(y) AS integer) + step.down,
    CAST(round(
      area_dm2
      * (least(x + width, floor(x) + step.across + 1) - greatest(x, floor(x) + step.across)) / width
      * (least(y + height, floor(y) + step.down + 1) - greatest(y, floor(y) + step.down)) / height
    ) AS bigint)
  FROM (VALUES (0, 0), (1, 0), (0, 1), (1, 1)) AS step (across, down)
  WHERE small_until >= 6 AND x + width > floor(x) + step.across AND y + height > floor(y) + step.down
$$;
COMMENT ON FUNCTION parcel_spread IS '地块面积在格网中的分配 / a small parcel''s area by cells';

CREATE FUNCTION place_of(diagonal geometry, small_until integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT public.ST_SetSRID(public.ST_MakeLine(
    public.ST_MakePoint(public.ST_XMin(diagonal), public.ST_YMin(diagonal), greatest(small_until + 1, 0)),
    public.ST_MakePoint(public.ST_XMax(diagonal), public.ST_YMax(diagonal), 13)
  ), 3857)
$$;
COMMENT ON FUNCTION place_of IS '单独绘制的范围与级别 / where and at which zooms a parcel is drawn by itself';

CREATE VIEW parcel_large_due AS
SELECT fid, place_of(seen.diagonal, seen.small_until) AS place
FROM parcel CROSS JOIN LATERAL parcel_seen(parcel.geometry) AS seen WHERE seen.small_until < 12;
COMMENT ON VIEW parcel_large_due IS '由地块重算的单独绘制表 / the parcels drawn by themselves, for checking';

-- What the parcels, taken together, put into the cells of every zoom from 6 to 12. A cell of a zoom is four of the next.
CREATE VIEW parcel_cell_due AS
SELECT
  z.zoom, (s.cell_x >> (s.small_until - z.zoom)) >> 7 AS tile_x, (s.cell_y >> (s.small_until - z.zoom)) >> 7 AS tile_y,
  ((s.cell_y >> (s.small_until - z.zoom)) & 127) * 128 + ((s.cell_x >> (s.small_until - z.zoom)) & 127) AS cell,
  CAST(coalesce(sum(s.dm2) FILTER (WHERE s.readiness = 'not_started'), 0) AS bigint) AS not_started,
  CAST(coalesce(sum(s.dm2) FILTER (WHERE s.readiness = 'in_procedure'), 0) AS bigint) AS in_procedure,
  CAST(coalesce(sum(s.dm2) FILTER (WHERE s.readiness = 'approved'), 0) AS bigint) AS approved,
  CAST(coalesce(sum(s.dm2) FILTER (WHERE s.readiness = 'ready'), 0) AS bigint) AS ready
FROM (
  SELECT seen.small_until, seen.readiness, a.cell_x, a.cell_y, sum(a.dm2) AS dm2
  FROM (
    SELECT readiness_of(p.stage) AS readiness, s.* FROM parcel AS p CROSS JOIN LATERAL parcel_seen(p.geometry) AS s OFFSET 0
  ) AS seen
  CROSS JOIN LATERAL parcel_spread(seen.small_until, seen.x, seen.y, seen.width, seen.height, seen.area_dm2) AS a
  GROUP BY seen.small_until, seen.readiness, a.cell_x, a.cell_y
) AS s
CROSS JOIN LATERAL generate_series(6, s.small_until) AS z (zoom)
GROUP BY 1, 2, 3, 4;
COMMENT ON VIEW parcel_cell_due IS '由地块重算的格网 / the cells as the parcels give them, for checking';

-- A shape in units of a near tile: cut at the tile's box, simplified where tolerance_m is above 0, moved by an affine map
-- of the working CRS, rounded to whole units, outer rings turned as vector tiles want them. One expression, so that
-- the planner puts it in the place of the call.
CREATE FUNCTION near_shape(
  shape geometry, box geometry, tolerance_m double precision,
  a double precision, b double precision, d double precision, e double precision,
  xoff double precision, yoff double precision
) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT public.ST_ForcePolygonCCW(public.ST_SnapToGrid(public.ST_Affine(
    CASE
      WHEN tolerance_m > 0 AND public.ST_NPoints(shape) >= 24
        THEN public.ST_SimplifyPreserveTopology(public.ST_CollectionExtract(public.ST_ClipByBox2D(shape, public.Box2D(box)), 3), tolerance_m)
      WHEN shape OPERATOR(public.@) box THEN shape
      ELSE public.ST_CollectionExtract(public.ST_ClipByBox2D(shape, public.Box2D(box)), 3)
    END,
    a, b, d, e, xoff, yoff
  ), 1))
$$;
COMMENT ON FUNCTION near_shape IS '瓦片坐标中的图形（大比例尺） / a shape in units of a near tile';

-- The same for a far tile, by way of Web Mercator; mercator_box is the tile and its edge, in metres.
CREATE FUNCTION far_shape(
  shape geometry, mercator_box geometry, tolerance_m double precision,
  scale double precision, xoff double precision, yoff double precision
) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT public.ST_ForcePolygonCCW(public.ST_SnapToGrid(public.ST_Affine(
    public.ST_CollectionExtract(public.ST_ClipByBox2D(public.ST_Transform(
      CASE
        WHEN public.ST_NPoints(shape) >= 24 THEN public.ST_SimplifyPreserveTopology(shape, tolerance_m)
        ELSE shape
      END, 3857
    ), public.Box2D(mercator_box)), 3),
    scale, 0, 0, -scale, xoff, yoff
  ), 1))
$$;
COMMENT ON FUNCTION far_shape IS '瓦片坐标中的图形（小比例尺） / a shape in units of a far tile';

-- Keeps both tables true after one statement on parcel, however many rows it changed: gone and come are those rows
-- before and after it. EXECUTE, so that a statement of one row and one of a million are each planned for what they are.
CREATE FUNCTION keep_parcel_cells() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = guatu, public, pg_temp AS $$
DECLARE
  -- For each shape: the class that it leaves and the one that it enters, and whether it is new or no longer there.
  turned CONSTANT text := CASE TG_OP
    WHEN 'INSERT' THEN
      'SELECT fid, geometry, NULL AS was, readiness_of(stage) AS becomes, true AS moved FROM come'
    WHEN 'DELETE' THEN
      'SELECT fid, geometry, readiness_of(stage) AS was, NULL AS becomes, true AS moved FROM gone'
    ELSE
      'SELECT gone.fid, gone.geometry, readiness_of(gone.stage) AS was, readiness_of(come.stage) AS becomes, false AS moved '
      'FROM gone JOIN come ON come.fid = gone.fid '
      'WHERE come.geometry = gone.geometry AND readiness_of(come.stage) <> readiness_of(gone.stage) '
      'UNION ALL '
      'SELECT gone.fid, gone.geometry, readiness_of(gone.stage), NULL, true '
      'FROM gone LEFT JOIN come ON come.fid = gone.fid WHERE (come.geometry = gone.geometry) IS NOT TRUE '
      'UNION ALL '
      'SELECT come.fid, come.geometry, NULL, readiness_of(come.stage), true '
      'FROM come LEFT JOIN gone ON gone.fid = come.fid WHERE (come.geometry = gone.geometry) IS NOT TRUE'
  END;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM parcel_cell;
    DELETE FROM parcel_large;
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    EXECUTE 'DELETE FROM parcel_large USING (' || turned || ') AS t '
      'WHERE parcel_large.fid = t.fid AND t.moved AND t.becomes IS NULL';
  END IF;
  EXECUTE 'WITH turned AS (' || turned || '), seen AS MATERIALIZED ('
    '  SELECT t.fid, t.was, t.becomes, t.moved, s.* FROM turned AS t CROSS JOIN LATERAL parcel_seen(t.geometry) AS s'
    '), large AS ('
    '  INSERT INTO parcel_large (fid, place)'
    '  SELECT fid, place_of(diagonal, small_until) FROM seen WHERE moved AND becomes IS NOT NULL AND small_until < 12'
    '), spread AS ('
    '  SELECT s.small_until, a.cell_x, a.cell_y,'
    '    sum(CASE becomes WHEN ''not_started'' THEN a.dm2 ELSE 0 END - CASE was WHEN ''not_started'' THEN a.dm2 ELSE 0 END) AS not_started,'
    '    sum(CASE becomes WHEN ''in_procedure'' THEN a.dm2 ELSE 0 END - CASE was WHEN ''in_procedure'' THEN a.dm2 ELSE 0 END) AS in_procedure,'
    '    sum(CASE becomes WHEN ''approved'' THEN a.dm2 ELSE 0 END - CASE was WHEN ''approved'' THEN a.dm2 ELSE 0 END) AS approved,'
    '    sum(CASE becomes WHEN ''ready'' THEN a.dm2 ELSE 0 END - CASE was WHEN ''ready'' THEN a.dm2 ELSE 0 END) AS ready'
    '  FROM seen AS s CROSS JOIN LATERAL parcel_spread(s.small_until, s.x, s.y, s.width, s.height, s.area_dm2) AS a'
    '  GROUP BY s.small_until, a.cell_x, a.cell_y'
    ') '
    'INSERT INTO parcel_cell AS kept '
    'SELECT z.zoom, (cell_x >> (small_until - z.zoom)) >> 7, (cell_y >> (small_until - z.zoom)) >> 7,'
    '  ((cell_y >> (small_until - z.zoom)) & 127) * 128 + ((cell_x >> (small_until - z.zoom)) & 127),'
    '  sum(not_started), sum(in_procedure), sum(approved), sum(ready) '
    'FROM spread CROSS JOIN LATERAL generate_series(6, small_until) AS z (zoom) '
    'GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 '
    'ON CONFLICT ON CONSTRAINT parcel_cell_pkey DO UPDATE SET '
    '  not_started = kept.not_started + excluded.not_started, in_procedure = kept.in_procedure + excluded.in_procedure,'
    '  approved = kept.approved + excluded.approved, ready = kept.ready + excluded.ready';
  RETURN NULL;
END
$$;

CREATE TRIGGER keeps_cells_of_new AFTER INSERT ON parcel
  REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION keep_parcel_cells();
CREATE TRIGGER keeps_cells_of_changed AFTER UPDATE ON parcel
  REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION keep_parcel_cells();
CREATE TRIGGER keeps_cells_of_deleted AFTER DELETE ON parcel
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_parcel_cells();
CREATE TRIGGER keeps_cells_of_none AFTER TRUNCATE ON parcel
  FOR EACH STATEMENT EXECUTE FUNCTION keep_parcel_cells();

-- A store that has parcels already.
INSERT INTO parcel_cell SELECT zoom, tile_x, tile_y, cell, not_started, in_procedure, approved, ready
FROM parcel_cell_due ORDER BY 1, 2, 3, 4;
INSERT INTO parcel_large SELECT fid, place FROM parcel_large_due;
