-- What an event of a parcel leaves as it is, kept: how the parcels divide the land of each project. An event then assesses
-- the projects on its parcel without a look at any geometry.

SET LOCAL search_path = guatu, public;

CREATE TABLE project_part (
  project_code plain_text NOT NULL,
  parcel_no plain_text NOT NULL,
  whole_m2 finite_number NOT NULL,
  parcel_m2 finite_number NOT NULL,
  is_thin boolean NOT NULL,
  CONSTRAINT project_part_pkey PRIMARY KEY (project_code, parcel_no)
);
CREATE INDEX project_part_parcel_idx ON project_part (parcel_no);
COMMENT ON TABLE project_part IS '项目用地内的地块 / parcels on the land of projects, as the kept assessment cut it';
COMMENT ON COLUMN project_part.project_code IS '项目代码 / project code';
COMMENT ON COLUMN project_part.parcel_no IS '地块编号 / parcel number';
COMMENT ON COLUMN project_part.whole_m2 IS '共有面积（㎡） / land that both have in common (m²)';
COMMENT ON COLUMN project_part.parcel_m2 IS '地块面积（㎡） / the whole parcel (m²)';
COMMENT ON COLUMN project_part.is_thin IS '共有部分是否为碎片 / whether what they have in common is a sliver';

-- Who put a row in place of another is told apart from who added an event: the second left the row's shape as it was.
ALTER TABLE change ADD COLUMN by_events boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN change.by_events IS '仅由流水引起 / only what events say of the row changed';
