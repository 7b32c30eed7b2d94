-- name: index-usage
-- description: how often each index was used, and its size; those that are never used first
SELECT s.schemaname AS schema, s.relname AS "table", s.indexrelname AS index, s.idx_scan AS scans, s.idx_tup_read AS tuples_read,
       s.idx_tup_fetch AS tuples_fetched, pg_catalog.pg_size_pretty(pg_catalog.pg_relation_size(s.indexrelid)) AS size
FROM pg_catalog.pg_stat_user_indexes s
ORDER BY s.idx_scan, pg_catalog.pg_relation_size(s.indexrelid) DESC, 1, 2, 3
