-- The ledger, version 1: what was applied, by which run, and what happened on the way. {schema} is the setting ledger_schema.
CREATE SCHEMA IF NOT EXISTS {schema};

CREATE TABLE {schema}.revision (
  revision    text PRIMARY KEY,
  message     text NOT NULL DEFAULT '',
  checksum    text,
  source      text,
  kind        text NOT NULL DEFAULT 'upgrade' CHECK (kind IN ('upgrade', 'stamp')),
  applied_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  applied_by  text NOT NULL DEFAULT SESSION_USER,
  host        text NOT NULL DEFAULT '',
  duration_ms double precision,
  run         uuid
);

CREATE TABLE {schema}.run (
  run         uuid PRIMARY KEY,
  command     text NOT NULL,
  target      text NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  finished_at timestamptz,
  outcome     text CHECK (outcome IN ('done', 'failed', 'interrupted')),
  started_by  text NOT NULL DEFAULT SESSION_USER,
  host        text NOT NULL DEFAULT '',
  version     text NOT NULL,
  detail      jsonb
);

CREATE TABLE {schema}.event (
  event    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run      uuid NOT NULL REFERENCES {schema}.run,
  at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  kind     text NOT NULL,
  revision text,
  detail   jsonb
);
CREATE INDEX ON {schema}.event (run);

CREATE TABLE {schema}.journal (
  revision  text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('up', 'down')),
  ordinal   integer NOT NULL,
  hash      text NOT NULL,
  statement text NOT NULL,
  state     text NOT NULL CHECK (state IN ('intent', 'done')),
  result    jsonb,
  run       uuid NOT NULL,
  at        timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  PRIMARY KEY (revision, direction, ordinal)
);

COMMENT ON TABLE {schema}.revision IS 'waxwing ledger, version 1';
