#!/bin/sh
# Run once by the database's container, on a new volume: the app's own role, which owns its database and nothing else.
# psql reads the password from the file itself, so that it stands in no list of processes.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
\set password `head -n 1 /run/secrets/db_password`
CREATE ROLE guatu LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
ALTER DATABASE guatu OWNER TO guatu;
REVOKE ALL ON DATABASE guatu FROM PUBLIC;
CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;
SQL
