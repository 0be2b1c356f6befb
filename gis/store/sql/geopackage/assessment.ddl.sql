-- What the last assessment of the day that people look at found. It can be made anew from the data.
CREATE TABLE assessment (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  on_date DATE NOT NULL CHECK (on_date IS date(on_date, '+0 days')),
  version INTEGER NOT NULL,
  made_by TEXT NOT NULL
);
CREATE TABLE project_assessment (
  id INTEGER PRIMARY KEY NOT NULL,
  project_code TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  result TEXT NOT NULL CHECK (json_valid(result))
);
