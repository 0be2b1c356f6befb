"""The embedded engine: SQLite, in a file that is a GeoPackage."""
