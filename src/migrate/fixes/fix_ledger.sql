-- What fixes did and the rows as they were before, version 1; made when the first fix is run. {schema} is the setting
-- ledger_schema. The rows themselves are in tables {schema}.fix_rows_RUN_NUMBER, one for each table that a run changed.
CREATE TABLE {schema}.fix (
  run          uuid PRIMARY KEY REFERENCES {schema}.run,
  name         text NOT NULL,
  path         text NOT NULL,
  reason       text NOT NULL,
  ticket       text NOT NULL DEFAULT '',
  parameters   jsonb NOT NULL DEFAULT '{}',
  checksum     text NOT NULL DEFAULT '',
  source       text NOT NULL DEFAULT '',
  undoes       uuid REFERENCES {schema}.fix,
  is_whole     boolean NOT NULL DEFAULT true,
  statements   integer NOT NULL,
  duration_ms  double precision NOT NULL,
  lasting      jsonb NOT NULL DEFAULT '[]',
  committed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  committed_by text NOT NULL DEFAULT SESSION_USER,
  host         text NOT NULL DEFAULT '',
  rows_removed timestamptz
);

CREATE TABLE {schema}.fix_table (
  run         uuid NOT NULL REFERENCES {schema}.fix,
  number      smallint NOT NULL,
  schema_name text NOT NULL,
  table_name  text NOT NULL,
  columns     text[] NOT NULL,
  identity    text[] NOT NULL,
  is_key      boolean NOT NULL,
  inserted    bigint NOT NULL,
  updated     bigint NOT NULL,
  deleted     bigint NOT NULL,
  PRIMARY KEY (run, number)
);

-- The trigger of every table that a fix may change, for as long as the fix runs. Arguments: the table of its rows, its
-- columns as SQL. The settings make the text of each value read back as itself.
CREATE FUNCTION {schema}.fix_capture() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres'
SET extra_float_digits = 3 SET bytea_output = 'hex' SET timezone = 'UTC' SET lc_monetary = 'C' SET xmloption = 'content'
AS $capture$
DECLARE
  put text := 'INSERT INTO ' || TG_ARGV[0] || ' SELECT ';
  old_kind text := CASE TG_OP WHEN 'DELETE' THEN '''d'', ' ELSE '''o'', ' END;
  new_kind text := CASE TG_OP WHEN 'INSERT' THEN '''i'', ' ELSE '''n'', ' END;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'TRUNCATE of % in a fix', TG_RELID::regclass USING ERRCODE = 'WX001';
  ELSIF TG_LEVEL = 'ROW' THEN
    IF TG_OP <> 'INSERT' THEN
      EXECUTE put || old_kind || TG_ARGV[1] || ' FROM (SELECT ($1).*) r' USING OLD;
    END IF;
    IF TG_OP <> 'DELETE' THEN
      EXECUTE put || new_kind || TG_ARGV[1] || ' FROM (SELECT ($1).*) r' USING NEW;
    END IF;
  ELSE
    IF TG_OP <> 'INSERT' THEN
      EXECUTE put || old_kind || TG_ARGV[1] || ' FROM waxwing_old r';
    END IF;
    IF TG_OP <> 'DELETE' THEN
      EXECUTE put || new_kind || TG_ARGV[1] || ' FROM waxwing_new r';
    END IF;
  END IF;
  RETURN NULL;
END $capture$;
REVOKE ALL ON FUNCTION {schema}.fix_capture() FROM PUBLIC;

COMMENT ON TABLE {schema}.fix IS 'waxwing fixes, version 1';
