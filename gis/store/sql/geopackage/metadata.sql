-- What the GeoPackage says of its tables.

-- name: add_reference_system(name, srid, wkt)!
INSERT OR IGNORE INTO gpkg_spatial_ref_sys
VALUES (:name, :srid, 'EPSG', :srid, :wkt, NULL);

-- name: add_content(table, data_type, identifier, description, srid)!
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
VALUES (:table, :data_type, :identifier, :description, :srid);

-- name: add_geometry_column(table, column, kind, srid)!
INSERT INTO gpkg_geometry_columns VALUES (:table, :column, :kind, :srid, 0, 0);

-- name: add_extension(table, column, extension, definition, scope)!
INSERT INTO gpkg_extensions VALUES (:table, :column, :extension, :definition, :scope);

-- name: add_data_column(table, column, title, description, mime_type, constraint)!
-- GDAL takes the name for the alias and the description for the comment.
INSERT INTO gpkg_data_columns VALUES (:table, :column, :title, :title, :description, :mime_type, :constraint);

-- name: add_code(constraint, value, description)!
INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description)
VALUES (:constraint, 'enum', :value, :description);

-- name: table_extent(table)^
SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = :table;

-- name: set_table_extent(at, min_x, min_y, max_x, max_y, table)!
UPDATE gpkg_contents
SET last_change = :at, min_x = :min_x, min_y = :min_y, max_x = :max_x, max_y = :max_y
WHERE table_name = :table;

-- name: touch_table(at, table)!
UPDATE gpkg_contents SET last_change = :at WHERE table_name = :table;
