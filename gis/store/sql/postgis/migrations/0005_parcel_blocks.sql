-- When the parcels of each square kilometre changed last, so that a change leaves the tiles of all other places as they
-- are: kept, and not asked for again. Blocks are 1,024 m wide, counted from the origin of the working CRS.

SET LOCAL search_path = guatu, public;

-- A stamp is never given twice, in a restored database neither: it names the transaction and the moment. What a block
-- shows is so told by its stamp alone, whatever was put back or in whatever order transactions ended.
CREATE TABLE parcel_block (
  x integer NOT NULL,
  y integer NOT NULL,
  stamp text COLLATE "C" NOT NULL,
  CONSTRAINT parcel_block_pkey PRIMARY KEY (x, y)
) WITH (fillfactor = 80);
COMMENT ON TABLE parcel_block IS '各方格内地块的最近修改标记 / by block of 1,024 m: the last change of parcels in it';
COMMENT ON COLUMN parcel_block.x IS '方格列号：X 坐标 ÷ 1024 / column: x of the working CRS in 1,024 m';
COMMENT ON COLUMN parcel_block.y IS '方格行号：Y 坐标 ÷ 1024 / row: y of the working CRS in 1,024 m';
COMMENT ON COLUMN parcel_block.stamp IS '事务号与时刻 / transaction and moment of the change';

-- The blocks that the boxes of shapes meet. Of a million shapes most lie in the same few blocks: these are told apart
-- before any block is counted out.
CREATE FUNCTION blocks_between(west integer, south integer, east integer, north integer)
RETURNS TABLE (x integer, y integer) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT x, y FROM generate_series(west, east) AS x, generate_series(south, north) AS y
$$;
COMMENT ON FUNCTION blocks_between IS '行列号之间的方格 / the blocks between these columns and rows';

CREATE FUNCTION block_of(metres double precision) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CAST(floor(metres / 1024) AS integer)
$$;
COMMENT ON FUNCTION block_of IS '坐标所在方格的行列号 / the column or row of blocks in which a coordinate lies';

-- The statement is planned anew each time (EXECUTE), for one row or a million.
CREATE FUNCTION stamp_parcel_blocks() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = guatu, public, pg_temp AS $$
DECLARE
  changed CONSTANT text := CASE TG_OP
    WHEN 'INSERT' THEN 'SELECT geometry FROM come'
    WHEN 'DELETE' THEN 'SELECT geometry FROM gone'
    ELSE 'SELECT geometry FROM gone UNION ALL SELECT geometry FROM come'
  END;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM parcel_block;
    RETURN NULL;
  END IF;
  EXECUTE 'INSERT INTO parcel_block AS kept (x, y, stamp) '
    'SELECT DISTINCT b.x, b.y, $1 FROM ('
    '  SELECT DISTINCT'
    '    block_of(ST_XMin(geometry)) AS west, block_of(ST_YMin(geometry)) AS south,'
    '    block_of(ST_XMax(geometry)) AS east, block_of(ST_YMax(geometry)) AS north'
    '  FROM (' || changed || ') AS t'
    ') AS boxes CROSS JOIN LATERAL blocks_between(west, south, east, north) AS b '
    'ORDER BY b.x, b.y '
    'ON CONFLICT ON CONSTRAINT parcel_block_pkey DO UPDATE SET stamp = excluded.stamp'
    USING txid_current() || '.' || CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION stamp_parcel_blocks IS '更新方格的修改标记 / stamps the blocks in which parcels changed';

CREATE TRIGGER stamps_blocks_of_new AFTER INSERT ON parcel
  REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION stamp_parcel_blocks();
CREATE TRIGGER stamps_blocks_of_changed AFTER UPDATE ON parcel
  REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION stamp_parcel_blocks();
CREATE TRIGGER stamps_blocks_of_deleted AFTER DELETE ON parcel
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION stamp_parcel_blocks();
CREATE TRIGGER stamps_blocks_of_none AFTER TRUNCATE ON parcel
  FOR EACH STATEMENT EXECUTE FUNCTION stamp_parcel_blocks();

-- A store that has parcels already.
INSERT INTO parcel_block (x, y, stamp)
SELECT DISTINCT b.x, b.y, txid_current() || '.' || CAST(extract(epoch FROM now()) * 1000000 AS bigint)
FROM (
  SELECT DISTINCT
    block_of(ST_XMin(geometry)) AS west, block_of(ST_YMin(geometry)) AS south,
    block_of(ST_XMax(geometry)) AS east, block_of(ST_YMax(geometry)) AS north
  FROM parcel
) AS boxes CROSS JOIN LATERAL blocks_between(west, south, east, north) AS b;
