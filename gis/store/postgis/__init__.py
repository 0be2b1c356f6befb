"""The production engine: PostgreSQL with PostGIS, through psycopg2."""
