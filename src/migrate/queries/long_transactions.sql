-- name: long-transactions
-- description: open transactions, oldest first: they hold locks and keep vacuum from its work
SELECT a.pid, a.usename AS "user", a.application_name AS application, a.state, pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.xact_start) AS age,
       pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.state_change) AS in_this_state, a.wait_event_type AS waits_for,
       pg_catalog.age(a.backend_xmin) AS xmin_age
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = pg_catalog.current_database() AND a.xact_start IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid()
ORDER BY a.xact_start
