-- The store's own tables. Layers and ledgers are derived from their declarations (gis/store/ddl.py).

-- One row.
CREATE TABLE store_info (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL CHECK (id = 1),
  name TEXT NOT NULL,
  crs TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  created_by TEXT NOT NULL,
  created_role TEXT NOT NULL,
  data_on DATE CHECK (data_on IS date(data_on, '+0 days')),
  is_sample BOOLEAN NOT NULL CHECK (is_sample IN (0, 1))
);

-- What a put replaced: true from valid_from (null: from the beginning) until the day before valid_to.
-- The version of a key on day d is the row with the least id whose valid_to is after d, else the present row.
CREATE TABLE row_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  layer TEXT NOT NULL,
  key TEXT NOT NULL,
  valid_from DATE CHECK (valid_from IS date(valid_from, '+0 days')),
  valid_to DATE NOT NULL CHECK (valid_to IS date(valid_to, '+0 days')),
  attributes TEXT NOT NULL CHECK (json_valid(attributes)),
  geometry BLOB,
  minx REAL,
  miny REAL,
  maxx REAL,
  maxy REAL,
  recorded_at DATETIME NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_role TEXT NOT NULL,
  recorded_jurisdiction TEXT,
  replaced_at DATETIME NOT NULL,
  replaced_by TEXT NOT NULL,
  replaced_role TEXT NOT NULL,
  replaced_jurisdiction TEXT,
  CHECK (valid_from IS NULL OR valid_from <= valid_to)
);
CREATE INDEX row_history_key ON row_history (layer, key, valid_to);
CREATE INDEX row_history_day ON row_history (layer, valid_to, minx, maxx, miny, maxy, key);

-- key null: so much of the layer changed that all of it counts as changed.
-- by_events: only what events say of the row changed.
CREATE TABLE change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  layer TEXT NOT NULL,
  key TEXT,
  changed_at DATETIME NOT NULL,
  by_events BOOLEAN NOT NULL DEFAULT 0 CHECK (by_events IN (0, 1))
);
CREATE INDEX change_layer ON change (layer, seq);
