"""DRAW: tables become files that people open: xlsx, gpkg, geojson, csv."""
