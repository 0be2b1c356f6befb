-- The first schema: the layers and ledgers of gis/layers.py, held by the database itself.
--
-- Run by `guatu init`. By hand, in a new schema guatu:  psql --set srid=4547 -1 -f 0001_layers_and_ledgers.sql
-- (srid: the EPSG number of the county's working CRS, projected and in metres). A test compares what stands here
-- with gis/layers.py.

SET LOCAL search_path = guatu, public;

-- ------------------------------------------------------------------ domains

-- Texts compare by code point, so that the order is the same on every server.
CREATE DOMAIN plain_text AS text COLLATE "C";
CREATE DOMAIN filled_text AS text COLLATE "C" CONSTRAINT is_filled CHECK (btrim(VALUE) <> '');
CREATE DOMAIN finite_number AS double precision
  CONSTRAINT is_finite CHECK (VALUE > '-Infinity' AND VALUE < 'Infinity');
COMMENT ON DOMAIN finite_number IS '有限数值，单位见列名后缀 / a finite number; the unit is in the column''s name';
CREATE DOMAIN money_wan AS double precision
  CONSTRAINT is_finite CHECK (VALUE > '-Infinity' AND VALUE < 'Infinity');
COMMENT ON DOMAIN money_wan IS '金额，万元 / an amount in 10⁴ yuan';

CREATE DOMAIN code_town_level AS text COLLATE "C"
  CONSTRAINT is_town_level CHECK (VALUE IN ('county', 'town'));
COMMENT ON DOMAIN code_town_level IS 'county 县（市、区）；town 乡镇（街道）';
CREATE DOMAIN code_level AS text COLLATE "C"
  CONSTRAINT is_level CHECK (VALUE IN ('national', 'provincial', 'municipal', 'county', 'township'));
COMMENT ON DOMAIN code_level IS 'national 国家级；provincial 省级；municipal 市级；county 县级；township 乡镇级';
CREATE DOMAIN code_utility_status AS text COLLATE "C"
  CONSTRAINT is_utility_status CHECK (VALUE IN ('none', 'building', 'done'));
COMMENT ON DOMAIN code_utility_status IS 'none 未建；building 在建；done 通达';
CREATE DOMAIN code_project_category AS text COLLATE "C"
  CONSTRAINT is_project_category CHECK (VALUE IN ('industry', 'infrastructure', 'livelihood', 'ecology', 'other'));
COMMENT ON DOMAIN code_project_category IS 'industry 产业；infrastructure 基础设施；livelihood 民生；ecology 生态环保；other 其他';
CREATE DOMAIN code_project_kind AS text COLLATE "C"
  CONSTRAINT is_project_kind CHECK (VALUE IN ('new', 'continued', 'preparatory'));
COMMENT ON DOMAIN code_project_kind IS 'new 新建；continued 续建；preparatory 前期';
CREATE DOMAIN code_project_stage AS text COLLATE "C"
  CONSTRAINT is_project_stage CHECK (VALUE IN (
    'planned', 'signed', 'filed', 'started', 'building', 'completed', 'operating', 'full_capacity',
    'suspended', 'cancelled'
  ));
COMMENT ON DOMAIN code_project_stage IS 'planned 谋划；signed 签约；filed 立项；started 开工；building 在建；completed 竣工；operating 投产；full_capacity 达产；suspended 暂停；cancelled 取消';
CREATE DOMAIN code_owner_kind AS text COLLATE "C"
  CONSTRAINT is_owner_kind CHECK (VALUE IN ('collective', 'state'));
COMMENT ON DOMAIN code_owner_kind IS 'collective 集体；state 国有';
CREATE DOMAIN code_supply_kind AS text COLLATE "C"
  CONSTRAINT is_supply_kind CHECK (VALUE IN ('market', 'allotted'));
COMMENT ON DOMAIN code_supply_kind IS 'market 出让；allotted 划拨';
CREATE DOMAIN code_area_basis AS text COLLATE "C"
  CONSTRAINT is_area_basis CHECK (VALUE IN ('planar', 'ellipsoidal', 'unknown'));
COMMENT ON DOMAIN code_area_basis IS 'planar 投影面积；ellipsoidal 椭球面积；unknown 未注明';
CREATE DOMAIN code_stage AS text COLLATE "C"
  CONSTRAINT is_stage CHECK (VALUE IN (
    'not_started', 'pre_notice', 'survey', 'plan_notice', 'agreement', 'submitted', 'approved', 'cleared',
    'supplied', 'registered'
  ));
COMMENT ON DOMAIN code_stage IS 'not_started 未启动；pre_notice 征收预公告；survey 现状调查与稳评；plan_notice 补偿安置方案公告；agreement 补偿登记与签约；submitted 组卷报批；approved 已批复；cleared 净地；supplied 已供地；registered 已登记';
CREATE DOMAIN code_hold_reason AS text COLLATE "C"
  CONSTRAINT is_hold_reason CHECK (VALUE IN ('dispute', 'lawsuit', 'obstruction'));
COMMENT ON DOMAIN code_hold_reason IS 'dispute 争议；lawsuit 诉讼；obstruction 阻工';
CREATE DOMAIN code_zone_kind AS text COLLATE "C"
  CONSTRAINT is_zone_kind CHECK (VALUE IN (
    'permanent_basic_farmland', 'ecological_red_line_core', 'ecological_red_line', 'urban_boundary',
    'water_source_1', 'water_source_2', 'water_source_quasi', 'chemical_buffer', 'other'
  ));
COMMENT ON DOMAIN code_zone_kind IS 'permanent_basic_farmland 永久基本农田；ecological_red_line_core 生态保护红线（核心区）；ecological_red_line 生态保护红线（其他）；urban_boundary 城镇开发边界；water_source_1 饮用水水源一级保护区；water_source_2 饮用水水源二级保护区；water_source_quasi 饮用水水源准保护区；chemical_buffer 化工安全缓冲区；other 其他管控区';
CREATE DOMAIN code_zone_result AS text COLLATE "C"
  CONSTRAINT is_zone_result CHECK (VALUE IN ('PROHIBIT', 'STATE_COUNCIL', 'PROVINCE_CONFIRM', 'ARGUE', 'OK'));
COMMENT ON DOMAIN code_zone_result IS 'PROHIBIT 禁止占用；STATE_COUNCIL 须国务院批准；PROVINCE_CONFIRM 须省政府认定；ARGUE 须论证；OK 无冲突';
CREATE DOMAIN code_period AS text COLLATE "C"
  CONSTRAINT is_period CHECK (VALUE IN ('month', 'ten_days'));
COMMENT ON DOMAIN code_period IS 'month 月报；ten_days 旬报';
CREATE DOMAIN code_event_kind AS text COLLATE "C"
  CONSTRAINT is_event_kind CHECK (VALUE IN ('stage', 'hold', 'release'));
COMMENT ON DOMAIN code_event_kind IS 'stage 进入阶段；hold 受阻；release 解除受阻';

-- ------------------------------------------------------------------ layers and ledgers

CREATE TABLE town (
  "fid" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT town_pkey PRIMARY KEY,
  "geometry" geometry(MultiPolygon, :srid) NOT NULL,
  "code" filled_text NOT NULL,
  "name" filled_text NOT NULL,
  "level" code_town_level,
  "parent" plain_text,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT town_code_key UNIQUE ("code")
);
CREATE INDEX town_geometry_idx ON town USING gist ("geometry");
COMMENT ON TABLE town IS '行政区 / towns';
COMMENT ON COLUMN town."code" IS '行政区代码 / town code';
COMMENT ON COLUMN town."name" IS '行政区名称 / town name';
COMMENT ON COLUMN town."level" IS '行政级别 / town level';
COMMENT ON COLUMN town."parent" IS '上级代码 / parent code';
COMMENT ON COLUMN town."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN town."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN town."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN town."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE park (
  "fid" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT park_pkey PRIMARY KEY,
  "geometry" geometry(MultiPolygon, :srid) NOT NULL,
  "code" filled_text NOT NULL,
  "name" filled_text NOT NULL,
  "level" code_level,
  "approved_area_m2" finite_number,
  "developable_area_m2" finite_number,
  "leading_industries" plain_text,
  "chemicals_allowed" boolean,
  "factory_built_m2" finite_number,
  "factory_let_m2" finite_number,
  "utility_road" code_utility_status,
  "utility_water" code_utility_status,
  "utility_sewer" code_utility_status,
  "utility_power" code_utility_status,
  "utility_telecom" code_utility_status,
  "utility_gas" code_utility_status,
  "utility_heat" code_utility_status,
  "utility_levelled" code_utility_status,
  "remark" plain_text,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT park_code_key UNIQUE ("code")
);
CREATE INDEX park_geometry_idx ON park USING gist ("geometry");
COMMENT ON TABLE park IS '园区 / parks';
COMMENT ON COLUMN park."code" IS '园区代码 / park code';
COMMENT ON COLUMN park."name" IS '园区名称 / park name';
COMMENT ON COLUMN park."level" IS '园区级别 / park level';
COMMENT ON COLUMN park."approved_area_m2" IS '批准面积 / approved area';
COMMENT ON COLUMN park."developable_area_m2" IS '可开发建设面积 / developable area';
COMMENT ON COLUMN park."leading_industries" IS '主导产业 / leading industries';
COMMENT ON COLUMN park."chemicals_allowed" IS '允许化工 / chemicals allowed';
COMMENT ON COLUMN park."factory_built_m2" IS '标准厂房建成面积 / standard factory floor area built';
COMMENT ON COLUMN park."factory_let_m2" IS '标准厂房出租面积 / standard factory floor area let';
COMMENT ON COLUMN park."utility_road" IS '道路 / utility: road';
COMMENT ON COLUMN park."utility_water" IS '给水 / utility: water';
COMMENT ON COLUMN park."utility_sewer" IS '排水 / utility: sewer';
COMMENT ON COLUMN park."utility_power" IS '供电 / utility: power';
COMMENT ON COLUMN park."utility_telecom" IS '通信 / utility: telecom';
COMMENT ON COLUMN park."utility_gas" IS '燃气 / utility: gas';
COMMENT ON COLUMN park."utility_heat" IS '热力 / utility: heat';
COMMENT ON COLUMN park."utility_levelled" IS '场地平整 / utility: levelled';
COMMENT ON COLUMN park."remark" IS '备注 / remark';
COMMENT ON COLUMN park."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN park."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN park."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN park."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE project (
  "fid" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT project_pkey PRIMARY KEY,
  "geometry" geometry(Geometry, :srid),
  "code" filled_text NOT NULL,
  "name" filled_text NOT NULL,
  "owner" plain_text,
  "industry" plain_text,
  "category" code_project_category,
  "level" code_level,
  "kind" code_project_kind,
  "stage" code_project_stage NOT NULL DEFAULT 'planned',
  "stage_on" date,
  "total_wan" money_wan,
  "planned_start_on" date,
  "planned_finish_on" date,
  "actual_start_on" date,
  "actual_finish_on" date,
  "leader" plain_text,
  "department" plain_text,
  "service_officer" plain_text,
  "located_in_town" plain_text,
  "located_in_park" plain_text,
  "credited_to_town" plain_text,
  "is_chemical" boolean,
  "row_width_m" finite_number,
  "remark" plain_text,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT project_code_key UNIQUE ("code")
);
CREATE INDEX project_geometry_idx ON project USING gist ("geometry");
COMMENT ON TABLE project IS '项目 / projects';
COMMENT ON COLUMN project."code" IS '项目代码 / project code';
COMMENT ON COLUMN project."name" IS '项目名称 / project name';
COMMENT ON COLUMN project."owner" IS '建设单位 / owner company';
COMMENT ON COLUMN project."industry" IS '行业 / industry';
COMMENT ON COLUMN project."category" IS '项目类别 / category';
COMMENT ON COLUMN project."level" IS '重点级别 / level';
COMMENT ON COLUMN project."kind" IS '建设性质 / kind';
COMMENT ON COLUMN project."stage" IS '项目阶段 / stage';
COMMENT ON COLUMN project."stage_on" IS '阶段日期 / stage began on';
COMMENT ON COLUMN project."total_wan" IS '总投资 / total investment';
COMMENT ON COLUMN project."planned_start_on" IS '计划开工日期 / planned start';
COMMENT ON COLUMN project."planned_finish_on" IS '计划竣工日期 / planned finish';
COMMENT ON COLUMN project."actual_start_on" IS '实际开工日期 / actual start';
COMMENT ON COLUMN project."actual_finish_on" IS '实际竣工日期 / actual finish';
COMMENT ON COLUMN project."leader" IS '包联领导 / responsible leader';
COMMENT ON COLUMN project."department" IS '责任单位 / lead department';
COMMENT ON COLUMN project."service_officer" IS '首席服务官 / service officer';
COMMENT ON COLUMN project."located_in_town" IS '所在乡镇 / located in town';
COMMENT ON COLUMN project."located_in_park" IS '所在园区 / located in park';
COMMENT ON COLUMN project."credited_to_town" IS '归属乡镇 / credited to town';
COMMENT ON COLUMN project."is_chemical" IS '化工项目 / chemical project';
COMMENT ON COLUMN project."row_width_m" IS '用地宽度 / right-of-way width';
COMMENT ON COLUMN project."remark" IS '备注 / remark';
COMMENT ON COLUMN project."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN project."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN project."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN project."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE parcel (
  "fid" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT parcel_pkey PRIMARY KEY,
  "geometry" geometry(MultiPolygon, :srid) NOT NULL,
  "parcel_no" filled_text NOT NULL,
  "name" plain_text,
  "town" plain_text,
  "village" plain_text,
  "owner_kind" code_owner_kind,
  "supply_kind" code_supply_kind,
  "land_class_scheme" plain_text,
  "land_class_edition" plain_text,
  "land_class_code" plain_text,
  "declared_area_m2" finite_number,
  "declared_basis" code_area_basis,
  "area_planar_m2" finite_number,
  "area_ellipsoid_m2" finite_number,
  "households" bigint,
  "buildings" bigint,
  "compensation_due_wan" money_wan,
  "compensation_paid_wan" money_wan,
  "unit" plain_text,
  "person" plain_text,
  "batch" plain_text,
  "document_no" plain_text,
  "planned_pre_notice_on" date,
  "planned_survey_on" date,
  "planned_plan_notice_on" date,
  "planned_agreement_on" date,
  "planned_submitted_on" date,
  "planned_approved_on" date,
  "planned_cleared_on" date,
  "planned_supplied_on" date,
  "planned_registered_on" date,
  "stage" code_stage NOT NULL DEFAULT 'not_started',
  "stage_on" date,
  "hold_reason" code_hold_reason,
  "held_since" date,
  "remark" plain_text,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT parcel_parcel_no_key UNIQUE ("parcel_no")
);
CREATE INDEX parcel_geometry_idx ON parcel USING gist ("geometry");
COMMENT ON TABLE parcel IS '地块 / parcels';
COMMENT ON COLUMN parcel."parcel_no" IS '地块编号 / parcel number';
COMMENT ON COLUMN parcel."name" IS '地块名称 / parcel name';
COMMENT ON COLUMN parcel."town" IS '所在乡镇 / town';
COMMENT ON COLUMN parcel."village" IS '所在村 / village';
COMMENT ON COLUMN parcel."owner_kind" IS '权属性质 / owner kind';
COMMENT ON COLUMN parcel."supply_kind" IS '供地方式 / supply kind';
COMMENT ON COLUMN parcel."land_class_scheme" IS '地类分类标准 / land class scheme';
COMMENT ON COLUMN parcel."land_class_edition" IS '地类分类版本 / land class edition';
COMMENT ON COLUMN parcel."land_class_code" IS '地类编码 / land class code';
COMMENT ON COLUMN parcel."declared_area_m2" IS '登记面积 / declared area';
COMMENT ON COLUMN parcel."declared_basis" IS '面积基准 / declared area''s basis';
COMMENT ON COLUMN parcel."area_planar_m2" IS '投影面积 / planar area';
COMMENT ON COLUMN parcel."area_ellipsoid_m2" IS '椭球面积 / ellipsoidal area';
COMMENT ON COLUMN parcel."households" IS '涉及户数 / households';
COMMENT ON COLUMN parcel."buildings" IS '拆迁房屋 / buildings to demolish';
COMMENT ON COLUMN parcel."compensation_due_wan" IS '应付补偿 / compensation due';
COMMENT ON COLUMN parcel."compensation_paid_wan" IS '已付补偿 / compensation paid';
COMMENT ON COLUMN parcel."unit" IS '责任单位 / responsible unit';
COMMENT ON COLUMN parcel."person" IS '责任人 / responsible person';
COMMENT ON COLUMN parcel."batch" IS '报批批次 / approval batch';
COMMENT ON COLUMN parcel."document_no" IS '批准文号 / document number';
COMMENT ON COLUMN parcel."planned_pre_notice_on" IS '计划征收预公告日期 / planned date, pre-notice';
COMMENT ON COLUMN parcel."planned_survey_on" IS '计划现状调查与稳评日期 / planned date, survey and risk assessment';
COMMENT ON COLUMN parcel."planned_plan_notice_on" IS '计划补偿安置方案公告日期 / planned date, plan notice';
COMMENT ON COLUMN parcel."planned_agreement_on" IS '计划补偿登记与签约日期 / planned date, registration and agreements';
COMMENT ON COLUMN parcel."planned_submitted_on" IS '计划组卷报批日期 / planned date, submitted for approval';
COMMENT ON COLUMN parcel."planned_approved_on" IS '计划已批复日期 / planned date, approved';
COMMENT ON COLUMN parcel."planned_cleared_on" IS '计划净地日期 / planned date, cleared';
COMMENT ON COLUMN parcel."planned_supplied_on" IS '计划已供地日期 / planned date, supplied';
COMMENT ON COLUMN parcel."planned_registered_on" IS '计划已登记日期 / planned date, registered';
COMMENT ON COLUMN parcel."stage" IS '征收阶段 / requisition stage';
COMMENT ON COLUMN parcel."stage_on" IS '阶段日期 / stage began on';
COMMENT ON COLUMN parcel."hold_reason" IS '受阻原因 / held because of';
COMMENT ON COLUMN parcel."held_since" IS '受阻起始日期 / held since';
COMMENT ON COLUMN parcel."remark" IS '备注 / remark';
COMMENT ON COLUMN parcel."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN parcel."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN parcel."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN parcel."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE zone (
  "fid" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT zone_pkey PRIMARY KEY,
  "geometry" geometry(MultiPolygon, :srid) NOT NULL,
  "zone_no" filled_text NOT NULL,
  "name" plain_text,
  "kind" code_zone_kind NOT NULL,
  "result" code_zone_result,
  "version_on" date,
  "supplier" plain_text,
  "remark" plain_text,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT zone_zone_no_key UNIQUE ("zone_no")
);
CREATE INDEX zone_geometry_idx ON zone USING gist ("geometry");
COMMENT ON TABLE zone IS '管控区 / constraint zones';
COMMENT ON COLUMN zone."zone_no" IS '管控区编号 / zone number';
COMMENT ON COLUMN zone."name" IS '管控区名称 / zone name';
COMMENT ON COLUMN zone."kind" IS '管控类型 / zone kind';
COMMENT ON COLUMN zone."result" IS '管控要求 / overlap means';
COMMENT ON COLUMN zone."version_on" IS '数据版本日期 / version date';
COMMENT ON COLUMN zone."supplier" IS '数据提供单位 / supplier';
COMMENT ON COLUMN zone."remark" IS '备注 / remark';
COMMENT ON COLUMN zone."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN zone."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN zone."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN zone."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE project_event (
  "id" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT project_event_pkey PRIMARY KEY,
  "project_code" filled_text NOT NULL,
  "stage" code_project_stage NOT NULL,
  "on_date" date NOT NULL,
  "document" plain_text,
  "note" plain_text,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT project_event_project_code_fkey FOREIGN KEY ("project_code") REFERENCES project ("code")
);
CREATE INDEX project_event_key_idx ON project_event ("project_code", "stage", "on_date");
CREATE INDEX project_event_day_idx ON project_event ("on_date");
COMMENT ON TABLE project_event IS '项目阶段记录 / project events';
COMMENT ON COLUMN project_event."project_code" IS '项目代码 / project code';
COMMENT ON COLUMN project_event."stage" IS '项目阶段 / stage';
COMMENT ON COLUMN project_event."on_date" IS '日期 / date';
COMMENT ON COLUMN project_event."document" IS '文号 / document';
COMMENT ON COLUMN project_event."note" IS '说明 / note';
COMMENT ON COLUMN project_event."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN project_event."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN project_event."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN project_event."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE project_plan (
  "id" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT project_plan_pkey PRIMARY KEY,
  "project_code" filled_text NOT NULL,
  "year" bigint NOT NULL,
  "plan_wan" money_wan NOT NULL,
  "set_on" date,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT project_plan_project_code_fkey FOREIGN KEY ("project_code") REFERENCES project ("code")
);
CREATE INDEX project_plan_key_idx ON project_plan ("project_code", "year");
COMMENT ON TABLE project_plan IS '年度计划 / annual plans';
COMMENT ON COLUMN project_plan."project_code" IS '项目代码 / project code';
COMMENT ON COLUMN project_plan."year" IS '年度 / year';
COMMENT ON COLUMN project_plan."plan_wan" IS '年度计划投资 / annual plan';
COMMENT ON COLUMN project_plan."set_on" IS '下达日期 / set on';
COMMENT ON COLUMN project_plan."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN project_plan."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN project_plan."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN project_plan."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE progress_report (
  "id" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT progress_report_pkey PRIMARY KEY,
  "project_code" filled_text NOT NULL,
  "period" code_period NOT NULL,
  "period_end_on" date NOT NULL,
  "invested_wan" money_wan,
  "stat_invested_wan" money_wan,
  "image_percent" finite_number,
  "words" plain_text,
  "problems" plain_text,
  "photos" json,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT progress_report_project_code_fkey FOREIGN KEY ("project_code") REFERENCES project ("code")
);
CREATE INDEX progress_report_key_idx ON progress_report ("project_code", "period", "period_end_on");
COMMENT ON TABLE progress_report IS '进度报告 / progress reports';
COMMENT ON COLUMN progress_report."project_code" IS '项目代码 / project code';
COMMENT ON COLUMN progress_report."period" IS '报告类型 / period kind';
COMMENT ON COLUMN progress_report."period_end_on" IS '报告截止日期 / period''s last day';
COMMENT ON COLUMN progress_report."invested_wan" IS '本年累计完成投资 / invested this year (dispatch)';
COMMENT ON COLUMN progress_report."stat_invested_wan" IS '本年累计入统投资 / invested this year (statistics)';
COMMENT ON COLUMN progress_report."image_percent" IS '形象进度 / image progress';
COMMENT ON COLUMN progress_report."words" IS '进展情况 / progress in words';
COMMENT ON COLUMN progress_report."problems" IS '存在问题 / problems';
COMMENT ON COLUMN progress_report."photos" IS '照片 / photos';
COMMENT ON COLUMN progress_report."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN progress_report."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN progress_report."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN progress_report."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE milestone (
  "id" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT milestone_pkey PRIMARY KEY,
  "project_code" filled_text NOT NULL,
  "name" filled_text NOT NULL,
  "promised_on" date NOT NULL,
  "promised_by" plain_text,
  "said_on" date,
  "done_on" date,
  "evidence" plain_text,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT milestone_project_code_fkey FOREIGN KEY ("project_code") REFERENCES project ("code")
);
CREATE INDEX milestone_key_idx ON milestone ("project_code", "name");
COMMENT ON TABLE milestone IS '节点 / milestones';
COMMENT ON COLUMN milestone."project_code" IS '项目代码 / project code';
COMMENT ON COLUMN milestone."name" IS '节点名称 / milestone';
COMMENT ON COLUMN milestone."promised_on" IS '承诺完成日期 / promised date';
COMMENT ON COLUMN milestone."promised_by" IS '承诺人 / promised by';
COMMENT ON COLUMN milestone."said_on" IS '承诺作出日期 / promise made on';
COMMENT ON COLUMN milestone."done_on" IS '完成日期 / done date';
COMMENT ON COLUMN milestone."evidence" IS '佐证 / evidence';
COMMENT ON COLUMN milestone."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN milestone."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN milestone."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN milestone."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE parcel_event (
  "id" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT parcel_event_pkey PRIMARY KEY,
  "parcel_no" filled_text NOT NULL,
  "kind" code_event_kind NOT NULL,
  "stage" code_stage,
  "hold_reason" code_hold_reason,
  "on_date" date NOT NULL,
  "document" plain_text,
  "evidence" plain_text,
  "note" plain_text,
  "override_reason" plain_text,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text,
  CONSTRAINT parcel_event_parcel_no_fkey FOREIGN KEY ("parcel_no") REFERENCES parcel ("parcel_no"),
  CONSTRAINT a_stage_begins CHECK (kind <> 'stage' OR stage IS NOT NULL),
  CONSTRAINT a_hold_has_a_reason CHECK (kind <> 'hold' OR hold_reason IS NOT NULL)
);
CREATE INDEX parcel_event_key_idx ON parcel_event ("parcel_no", "kind", "stage", "on_date");
CREATE INDEX parcel_event_day_idx ON parcel_event ("on_date");
COMMENT ON TABLE parcel_event IS '征收记录 / parcel events';
COMMENT ON COLUMN parcel_event."parcel_no" IS '地块编号 / parcel number';
COMMENT ON COLUMN parcel_event."kind" IS '记录类型 / event kind';
COMMENT ON COLUMN parcel_event."stage" IS '征收阶段 / requisition stage';
COMMENT ON COLUMN parcel_event."hold_reason" IS '受阻原因 / held because of';
COMMENT ON COLUMN parcel_event."on_date" IS '日期 / date';
COMMENT ON COLUMN parcel_event."document" IS '文号 / document';
COMMENT ON COLUMN parcel_event."evidence" IS '佐证 / evidence';
COMMENT ON COLUMN parcel_event."note" IS '说明 / note';
COMMENT ON COLUMN parcel_event."override_reason" IS '越规理由 / reason for breaking the rule';
COMMENT ON COLUMN parcel_event."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN parcel_event."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN parcel_event."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN parcel_event."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE rule_parameter (
  "id" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT rule_parameter_pkey PRIMARY KEY,
  "code" filled_text NOT NULL,
  "value" json NOT NULL,
  "unit" plain_text,
  "source" filled_text NOT NULL,
  "region" plain_text,
  "effective_from" date,
  "effective_to" date,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text
);
CREATE INDEX rule_parameter_key_idx ON rule_parameter ("code", "region", "effective_from");
COMMENT ON TABLE rule_parameter IS '规则参数 / rule parameters';
COMMENT ON COLUMN rule_parameter."code" IS '参数代码 / parameter code';
COMMENT ON COLUMN rule_parameter."value" IS '参数值 / value';
COMMENT ON COLUMN rule_parameter."unit" IS '单位 / unit';
COMMENT ON COLUMN rule_parameter."source" IS '依据 / source';
COMMENT ON COLUMN rule_parameter."region" IS '适用地区 / region';
COMMENT ON COLUMN rule_parameter."effective_from" IS '生效日期 / effective from';
COMMENT ON COLUMN rule_parameter."effective_to" IS '失效日期 / effective to';
COMMENT ON COLUMN rule_parameter."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN rule_parameter."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN rule_parameter."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN rule_parameter."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

CREATE TABLE import_log (
  "id" bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT import_log_pkey PRIMARY KEY,
  "layer" filled_text NOT NULL,
  "file_name" filled_text NOT NULL,
  "sha256" filled_text NOT NULL,
  "crs" plain_text,
  "read" bigint NOT NULL,
  "stored" bigint NOT NULL,
  "updated" bigint NOT NULL,
  "unchanged" bigint NOT NULL,
  "refused" bigint NOT NULL,
  "report" json,
  "recorded_at" timestamptz(3) NOT NULL DEFAULT now(),
  "recorded_by" plain_text NOT NULL DEFAULT '外部程序',
  "recorded_role" plain_text NOT NULL DEFAULT 'external',
  "recorded_jurisdiction" plain_text
);
CREATE INDEX import_log_key_idx ON import_log ("sha256", "layer");
COMMENT ON TABLE import_log IS '导入日志 / import log';
COMMENT ON COLUMN import_log."layer" IS '图层 / layer';
COMMENT ON COLUMN import_log."file_name" IS '文件名 / file name';
COMMENT ON COLUMN import_log."sha256" IS 'SHA-256 / SHA-256';
COMMENT ON COLUMN import_log."crs" IS '坐标系 / reference system';
COMMENT ON COLUMN import_log."read" IS '读入 / read';
COMMENT ON COLUMN import_log."stored" IS '新增 / stored';
COMMENT ON COLUMN import_log."updated" IS '更新 / updated';
COMMENT ON COLUMN import_log."unchanged" IS '未变 / unchanged';
COMMENT ON COLUMN import_log."refused" IS '拒绝 / refused';
COMMENT ON COLUMN import_log."report" IS '导入报告 / report';
COMMENT ON COLUMN import_log."recorded_at" IS '记录时间（UTC） / recorded at (UTC)';
COMMENT ON COLUMN import_log."recorded_by" IS '记录人 / recorded by';
COMMENT ON COLUMN import_log."recorded_role" IS '记录人角色 / recorder''s role';
COMMENT ON COLUMN import_log."recorded_jurisdiction" IS '记录人辖区 / recorder''s jurisdiction';

-- ------------------------------------------------------------------ the store's own tables

CREATE TABLE store_info (
  id smallint CONSTRAINT store_info_pkey PRIMARY KEY CONSTRAINT is_the_only_row CHECK (id = 1),
  name filled_text NOT NULL,
  crs filled_text NOT NULL,
  created_schema integer NOT NULL,
  created_at timestamptz(3) NOT NULL,
  created_by filled_text NOT NULL,
  created_role filled_text NOT NULL,
  data_on date,
  is_sample boolean NOT NULL
);
COMMENT ON TABLE store_info IS '库信息 / the store itself';

-- The exact box around each layer, kept by every write: a scan of a million parcels would take a second.
CREATE TABLE layer_extent (
  layer filled_text CONSTRAINT layer_extent_pkey PRIMARY KEY,
  west finite_number NOT NULL,
  south finite_number NOT NULL,
  east finite_number NOT NULL,
  north finite_number NOT NULL
);
COMMENT ON TABLE layer_extent IS '各图层范围 / the box around each layer';

-- What a put replaced: true from valid_from (null: from the beginning) until the day before valid_to.
-- The version of a key on day d is the row with the least id whose valid_to is after d, else the present row.
CREATE TABLE row_history (
  id bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT row_history_pkey PRIMARY KEY,
  layer filled_text NOT NULL,
  key filled_text NOT NULL,
  valid_from date,
  valid_to date NOT NULL,
  attributes json NOT NULL,
  geometry geometry(Geometry, :srid),
  recorded_at timestamptz(3) NOT NULL,
  recorded_by plain_text NOT NULL,
  recorded_role plain_text NOT NULL,
  recorded_jurisdiction plain_text,
  replaced_at timestamptz(3) NOT NULL,
  replaced_by plain_text NOT NULL,
  replaced_role plain_text NOT NULL,
  replaced_jurisdiction plain_text,
  CONSTRAINT days_are_in_order CHECK (valid_from IS NULL OR valid_from <= valid_to)
);
CREATE INDEX row_history_key_idx ON row_history (layer, key, valid_to);
CREATE INDEX row_history_day_idx ON row_history (layer, valid_to);
COMMENT ON TABLE row_history IS '历史记录 / replaced rows';

-- key null: so much of the layer changed that all of it counts as changed.
CREATE TABLE change (
  seq bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT change_pkey PRIMARY KEY,
  layer filled_text NOT NULL,
  key plain_text,
  changed_at timestamptz(3) NOT NULL
);
CREATE INDEX change_layer_idx ON change (layer, seq);
COMMENT ON TABLE change IS '变更序列 / sequence of changes';

-- ------------------------------------------------------------------ what was written stays

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON project_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON project_plan
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON progress_report
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON milestone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON parcel_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rule_parameter
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON import_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON row_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
