-- How far batched work has come, one row for each; made on first use. {schema} is the setting ledger_schema.
CREATE TABLE {schema}.checkpoint (
  checkpoint   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  revision     text NOT NULL,
  direction    text NOT NULL CHECK (direction IN ('up', 'down')),
  ordinal      integer NOT NULL,
  run          uuid NOT NULL,
  statement    text NOT NULL,
  table_name   text NOT NULL,
  state        text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'done')),
  -- What another session asked for; the work looks at it after each batch.
  requested    text CHECK (requested IN ('pause', 'cancel')),
  -- The key of the last row that was passed, in its text form; NULL at the beginning of a sweep.
  last_key     text[],
  sweep        integer NOT NULL DEFAULT 1,
  batches      bigint NOT NULL DEFAULT 0,
  -- Keys that were passed in this sweep, of about how many; rows that were changed in all, and in earlier sweeps.
  keys_passed  bigint NOT NULL DEFAULT 0,
  keys_expected bigint,
  rows_done    bigint NOT NULL DEFAULT 0,
  rows_before  bigint NOT NULL DEFAULT 0,
  rows_left    bigint,
  batch_rows   bigint NOT NULL,
  waiting      integer NOT NULL DEFAULT 0,
  -- The session at work, and where it began: its pace is measured from there.
  pid          integer,
  resumed_at   timestamptz,
  resumed_keys bigint NOT NULL DEFAULT 0,
  started_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  at           timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  UNIQUE (revision, direction, ordinal)
) WITH (fillfactor = 50);
