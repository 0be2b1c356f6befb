"""IMPORT: a file becomes a checked table. Pure: no database."""
