-- How the parcels divide the land of each project, as the kept assessment cut it. It can be made anew from the data.
CREATE TABLE project_part (
  id INTEGER PRIMARY KEY NOT NULL,
  project_code TEXT NOT NULL,
  parcel_no TEXT NOT NULL,
  whole_m2 REAL NOT NULL,
  parcel_m2 REAL NOT NULL,
  is_thin BOOLEAN NOT NULL CHECK (is_thin IN (0, 1)),
  UNIQUE (project_code, parcel_no)
);
CREATE INDEX project_part_parcel ON project_part (parcel_no);
