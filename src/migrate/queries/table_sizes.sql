-- name: table-sizes
-- description: tables by size, with their rows as last counted, dead rows, and the last vacuum and analyze
SELECT s.schemaname AS schema, s.relname AS "table", s.n_live_tup AS rows, s.n_dead_tup AS dead_rows,
       pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(s.relid)) AS data, pg_catalog.pg_size_pretty(pg_catalog.pg_indexes_size(s.relid)) AS indexes,
       pg_catalog.pg_size_pretty(pg_catalog.pg_total_relation_size(s.relid)) AS total,
       pg_catalog.date_trunc('second', GREATEST(s.last_vacuum, s.last_autovacuum)) AS vacuumed, pg_catalog.date_trunc('second', GREATEST(s.last_analyze, s.last_autoanalyze)) AS analyzed
FROM pg_catalog.pg_stat_user_tables s
ORDER BY pg_catalog.pg_total_relation_size(s.relid) DESC, 1, 2
