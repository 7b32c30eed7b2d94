-- name: locks
-- description: who waits for a lock, for how long, and who holds it
SELECT w.pid, w.usename AS "user", w.application_name AS application, pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - w.query_start) AS waits,
       l.locktype AS kind, l.relation::pg_catalog.regclass AS relation, l.mode, h.pid AS holder, h.application_name AS holder_application,
       h.state AS holder_state, pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - h.xact_start) AS holder_transaction
FROM pg_catalog.pg_stat_activity w
JOIN pg_catalog.pg_locks l ON l.pid = w.pid AND NOT l.granted
JOIN pg_catalog.pg_stat_activity h ON h.pid = ANY (pg_catalog.pg_blocking_pids(w.pid))
WHERE w.datname = pg_catalog.current_database()
ORDER BY w.query_start, w.pid, h.pid
