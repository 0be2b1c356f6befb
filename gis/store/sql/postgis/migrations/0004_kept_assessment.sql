-- What the last assessment of the day that people look at found, kept beside the data: a change of a parcel assesses the
-- projects on it anew in its own transaction, and web processes read results instead of working them out again.
-- All of it can be made anew from the data at any time; copies of a store leave it behind.

SET LOCAL search_path = guatu, public;

CREATE TABLE assessment (
  id integer CONSTRAINT assessment_pkey PRIMARY KEY CONSTRAINT assessment_is_one CHECK (id = 1),
  on_date date NOT NULL,
  version bigint NOT NULL,
  made_by plain_text NOT NULL
);
COMMENT ON TABLE assessment IS '研判结果的日期与数据版本 / day and data version of the kept assessment';
COMMENT ON COLUMN assessment.on_date IS '研判日期 / the day assessed';
COMMENT ON COLUMN assessment.version IS '数据版本 / last change that it takes in';
COMMENT ON COLUMN assessment.made_by IS '程序版本 / the program that made it';
COMMENT ON CONSTRAINT assessment_is_one ON assessment IS '仅一行 / one row';

CREATE TABLE project_assessment (
  project_code plain_text CONSTRAINT project_assessment_pkey PRIMARY KEY,
  version bigint NOT NULL,
  result json NOT NULL
);
COMMENT ON TABLE project_assessment IS '项目研判结果 / the kept assessment of each project';
COMMENT ON COLUMN project_assessment.project_code IS '项目代码 / project code';
COMMENT ON COLUMN project_assessment.version IS '所据数据版本 / data version that it is of';
COMMENT ON COLUMN project_assessment.result IS '结果 / the result';
