// The queries. Everything is qualified, because a script's search_path is the user's.
#include "schema/catalogue.hpp"

namespace schema {

/// The relation that $1 names, in schema $2 or where the search_path finds it.
#define RELATION                                                                                                    \
  "pg_catalog.to_regclass(CASE WHEN $2::text IS NULL THEN pg_catalog.quote_ident($1::text) ELSE pg_catalog.concat(" \
  "pg_catalog.quote_ident($2::text), '.', pg_catalog.quote_ident($1::text)) END)::oid"
/// The same for questions whose schema is the third parameter.
#define RELATION_3                                                                                                  \
  "pg_catalog.to_regclass(CASE WHEN $3::text IS NULL THEN pg_catalog.quote_ident($1::text) ELSE pg_catalog.concat(" \
  "pg_catalog.quote_ident($3::text), '.', pg_catalog.quote_ident($1::text)) END)::oid"
#define COLUMN_NAMES(keys, relation)                                                            \
  "ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(" keys                                   \
  ") WITH ORDINALITY k(attnum, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = " relation \
  " AND a.attnum = k.attnum ORDER BY k.place)"

const std::vector<Question>& all_questions() {
  static const std::vector<Question> questions = {
      {"has_schema", "has_schema(\"billing\")", "Is there such a schema?", 1, false, Answer::value,
       "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)"},
      {"has_table", "has_table(\"books\")", "Is there such a table (partitioned and foreign ones included)?", 1, true,
       Answer::value,
       "SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = " RELATION " AND relkind IN ('r', 'p', 'f'))"},
      {"has_view", "has_view(\"books\")", "Is there such a view or materialized view?", 1, true, Answer::value,
       "SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = " RELATION " AND relkind IN ('v', 'm'))"},
      {"has_column", "has_column(\"books\", \"id\")", "Does the table have this column?", 2, true, Answer::value,
       "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = " RELATION_3
       " AND attname = $2 AND attnum > 0 AND NOT attisdropped)"},
      {"column_type", "column_type(\"books\", \"id\")",
       "The column's type as SQL writes it; nil when there is no such column.", 2, true, Answer::value,
       "SELECT pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute WHERE attrelid = " RELATION_3
       " AND attname = $2 AND attnum > 0 AND NOT attisdropped"},
      {"has_index", "has_index(\"ix_books_title\")", "Is there such an index?", 1, true, Answer::value,
       "SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = " RELATION " AND relkind IN ('i', 'I'))"},
      {"has_constraint", "has_constraint(\"books\", \"books_pkey\")", "Does the table have this constraint?", 2, true,
       Answer::value,
       "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = " RELATION_3 " AND conname = $2)"},
      {"has_type", "has_type(\"status\")", "Is there such a type?", 1, true, Answer::value,
       "SELECT EXISTS (SELECT FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
       "WHERE t.typname = $1 AND "
       "CASE WHEN $2::text IS NULL THEN pg_catalog.pg_type_is_visible(t.oid) ELSE n.nspname = $2 END)"},
      {"has_extension", "has_extension(\"vector\")", "Is the extension installed in this database?", 1, false,
       Answer::value, "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = $1)"},
      {"available_extension", "available_extension(\"vector\")",
       "The version the server could install; nil when it has none.", 1, false, Answer::value,
       "SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = $1"},
      {"server_version", "server_version()", "The server's version as a number: 150018 for 15.18.", 0, false,
       Answer::value, "SELECT pg_catalog.current_setting('server_version_num')::int"},
      {"tables", "tables()", "Names of the tables of a schema (the first of the search_path by default).", 0, true,
       Answer::list,
       "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE "
       "c.relkind IN ('r', 'p') AND "
       "n.nspname = coalesce($1::text, pg_catalog.current_schema()) ORDER BY 1"},
      {"columns", "columns(\"books\")",
       "name, type, not_null, default, identity, generated, comment of each column, in order.", 1, true, Answer::rows,
       "SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "
       "not_null, CASE WHEN a.attgenerated = '' "
       "THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS \"default\", nullif(a.attidentity::text, '') AS "
       "identity, CASE WHEN a.attgenerated <> "
       "'' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS generated, "
       "(SELECT description FROM pg_catalog.pg_description WHERE objoid = a.attrelid AND classoid = "
       "'pg_catalog.pg_class'::pg_catalog.regclass::oid AND objsubid = a.attnum::int) AS comment FROM "
       "pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = "
       "a.attnum WHERE a.attrelid = " RELATION " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"},
      {"indexes", "indexes(\"books\")", "name, unique, primary, valid, columns, definition of each index.", 1, true,
       Answer::rows,
       "SELECT c.relname AS name, i.indisunique AS \"unique\", i.indisprimary AS \"primary\", i.indisvalid AS "
       "valid, " COLUMN_NAMES("i.indkey",
                              "i.indrelid") " AS columns, pg_catalog.pg_get_indexdef(i.indexrelid) AS definition FROM "
                                            "pg_catalog.pg_index i JOIN "
                                            "pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = " RELATION
                                            " ORDER BY 1"},
      {"constraints", "constraints(\"books\")",
       "name, kind, columns, validated, definition of each constraint; NOT NULL is in columns().", 1, true,
       Answer::rows,
       "SELECT o.conname AS name, CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN "
       "'foreign key' WHEN 'c' THEN 'check' "
       "WHEN 'x' THEN 'exclude' ELSE o.contype::text END AS kind, " COLUMN_NAMES(
           "o.conkey",
           "o.conrelid") " AS columns, o.convalidated AS validated, pg_catalog.pg_get_constraintdef(o.oid) AS "
                         "definition FROM pg_catalog.pg_constraint o WHERE "
                         "o.contype <> 'n' AND o.conrelid = " RELATION " ORDER BY 1"},
      {"foreign_keys", "foreign_keys(\"books\")",
       "name, columns, ref_table, ref_columns of each foreign key of the table.", 1, true, Answer::rows,
       "SELECT o.conname AS name, " COLUMN_NAMES(
           "o.conkey", "o.conrelid") " AS columns, o.confrelid::pg_catalog.regclass::text AS "
                                     "ref_table, " COLUMN_NAMES("o.confkey",
                                                                "o.confrelid") " AS ref_columns FROM "
                                                                               "pg_catalog.pg_constraint o WHERE "
                                                                               "o.contype = 'f' AND o.conrelid "
                                                                               "= " RELATION " ORDER BY 1"},
      {"enum_values", "enum_values(\"status\")", "The values of an enum type, in order.", 1, true, Answer::list,
       "SELECT e.enumlabel FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid JOIN "
       "pg_catalog.pg_namespace n ON n.oid = "
       "t.typnamespace WHERE t.typname = $1 AND CASE WHEN $2::text IS NULL THEN "
       "pg_catalog.pg_type_is_visible(t.oid) ELSE n.nspname = $2 END ORDER BY "
       "e.enumsortorder"},
  };
  return questions;
}

}  // namespace schema
