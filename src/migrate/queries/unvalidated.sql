-- name: unvalidated
-- description: constraints that are NOT VALID and indexes that an interrupted build left invalid
SELECT 'constraint' AS kind, o.conrelid::pg_catalog.regclass AS "table", o.conname AS name, pg_catalog.pg_get_constraintdef(o.oid) AS definition
FROM pg_catalog.pg_constraint o
WHERE NOT o.convalidated AND o.conrelid <> 0::oid
UNION ALL
SELECT 'index', i.indrelid::pg_catalog.regclass, c.relname, pg_catalog.pg_get_indexdef(i.indexrelid)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid
ORDER BY 1, 2, 3
