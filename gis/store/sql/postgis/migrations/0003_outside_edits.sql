-- What another program (QGIS, psql) changes is told in the sequence of changes too, so that pages, kept tiles and
-- assessments notice it: as the whole layer, for which of its keys is not known. Guatu's own sessions say who they are
-- (guatu.writing) and tell their changes themselves, key by key.

SET LOCAL search_path = guatu, public;

CREATE FUNCTION tell_outside_edit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = guatu, public, pg_temp AS $$
BEGIN
  IF current_setting('guatu.writing', true) IS DISTINCT FROM 'on' THEN
    -- The writers' own lock: the order of the sequence is the order of the commits.
    PERFORM pg_advisory_xact_lock(1735745908);
    INSERT INTO change (layer, key, changed_at) VALUES (TG_TABLE_NAME, NULL, now());
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION tell_outside_edit IS '记录外部程序的修改 / tells what another program changed';

CREATE TRIGGER tells_outside_edits AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON town
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON park
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON project
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON parcel
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON zone
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT ON project_event
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT ON project_plan
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT ON progress_report
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT ON milestone
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT ON parcel_event
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT ON rule_parameter
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
CREATE TRIGGER tells_outside_edits AFTER INSERT ON import_log
  FOR EACH STATEMENT EXECUTE FUNCTION tell_outside_edit();
