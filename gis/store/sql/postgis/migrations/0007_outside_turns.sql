-- Another program (QGIS, psql) takes its turn among the writers before its statement touches a row, not after it
-- (0003). Else it would hold rows, cells and blocks that a writer of Guatu's waits for while it waits for that writer's
-- lock: after a second the database would end one of the two, and that may be an import of many minutes.

SET LOCAL search_path = guatu, public;

CREATE FUNCTION take_a_turn() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = guatu, public, pg_temp AS $$
BEGIN
  IF current_setting('guatu.writing', true) IS DISTINCT FROM 'on' THEN
    PERFORM pg_advisory_xact_lock(1735745908);
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION take_a_turn IS '外部程序修改前排队 / another program waits for its turn to write';

DO $$
DECLARE
  changed text;
BEGIN
  FOREACH changed IN ARRAY ARRAY['town', 'park', 'project', 'parcel', 'zone'] LOOP
    EXECUTE format(
      'CREATE TRIGGER takes_a_turn BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
      'FOR EACH STATEMENT EXECUTE FUNCTION take_a_turn()', changed
    );
  END LOOP;
  FOREACH changed IN ARRAY ARRAY[
    'project_event', 'project_plan', 'progress_report', 'milestone', 'parcel_event', 'rule_parameter', 'import_log'
  ] LOOP
    EXECUTE format(
      'CREATE TRIGGER takes_a_turn BEFORE INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION take_a_turn()', changed
    );
  END LOOP;
END
$$;
