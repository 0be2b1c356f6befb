"""SERVE: knows no SQL and no geometry arithmetic."""
