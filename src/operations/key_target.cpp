// From a call and the catalogue to types, values, defaults and records.
#include "operations/key_target.hpp"

#include "base/error.hpp"
#include "operations/key_change.hpp"
#include "operations/sql.hpp"

namespace operations {

using base::Error;
using postgres::Session;
namespace code = base::code;

namespace {

/// "journals.user_id" or "app.journals.user_id".
UndeclaredReference undeclared_of(Session& session, const std::string& operation, const std::string& text,
                                  const KeyStart& to) {
  const std::size_t dot = text.rfind('.');
  const std::string table = dot == std::string::npos ? "" : text.substr(0, dot);
  const postgres::Result found = session.query(
      "SELECT a.attrelid::text, a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = "
      "pg_catalog.to_regclass($1)::pg_catalog.oid AND a.attname = $2::pg_catalog.name AND a.attnum > "
      "0::pg_catalog.int2 AND NOT "
      "a.attisdropped",
      {{table, postgres::oid::text}, {dot == std::string::npos ? text : text.substr(dot + 1), postgres::oid::text}});
  if (table.empty() || found.empty())
    throw Error(code::bad_argument, fmt::format("op.{}: references: there is no column \"{}\"", operation, text))
        .advise("references = { \"journals.user_id\" }    TABLE.COLUMN or SCHEMA.TABLE.COLUMN");
  return {found.text(0, 0), found.text(0, 1), to};
}

}  // namespace

bool is_integer(const std::string& type) { return type == "smallint" || type == "integer" || type == "bigint"; }

std::string canonical_type(Session& session, const std::string& type) {
  return session.query("SELECT pg_catalog.format_type($1::pg_catalog.regtype::pg_catalog.oid, NULL)", {{type}})
      .text(0, 0);
}

KeyMapping mapping_of(const KeyDomain& domain, const std::string& schema) {
  return {schema.empty() ? domain.key().schema_name : schema, domain.key().table_name + "_id_map"};
}

std::string common_type(const KeyDomain& domain) {
  for (const KeyColumn& each : domain.columns)
    if (each.type == "bigint" && is_integer(domain.key().type)) return each.type;
  return domain.key().type;
}

void record_identity(Session& session, const KeyColumn& column, ColumnRecord& record) {
  postgres::Result found;
  with_catalogue_path(session, [&] {
    found = session.query(
        "SELECT c.oid::regclass::text, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, "
        "obj_description(c.oid, 'pg_class'), c.relacl::text, a.attidentity::text, a.attidentity <> '' FROM pg_depend d "
        "JOIN pg_sequence s ON s.seqrelid = d.objid JOIN pg_class c ON c.oid = d.objid JOIN pg_attribute a ON "
        "a.attrelid "
        "= d.refobjid AND a.attnum = d.refobjsubid WHERE d.classid = 'pg_class'::regclass AND d.refclassid = "
        "'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjid = $1::oid AND a.attname = $2::name LIMIT 1",
        {{column.table_oid}, {column.name}});
  });
  if (found.empty()) return;
  record.sequence = found.text(0, 0);
  record.increment = found.integer(0, 2);
  const postgres::Result last = session.query("SELECT last_value, is_called FROM " + record.sequence);
  record.last_value = last.boolean(0, 1) ? last.integer(0, 0) : last.integer(0, 0) - record.increment;
  if (!found.boolean(0, 10)) return;
  record.identity_sql = fmt::format(
      "GENERATED {} AS IDENTITY (SEQUENCE NAME {} START WITH {} INCREMENT BY {} MINVALUE {} MAXVALUE {} CACHE {} {})",
      found.text(0, 9) == "a" ? "ALWAYS" : "BY DEFAULT", record.sequence, found.text(0, 1), found.text(0, 2),
      found.text(0, 3), found.text(0, 4), found.text(0, 5), found.boolean(0, 6) ? "CYCLE" : "NO CYCLE");
  if (!found.is_null(0, 7))
    record.after.push_back(
        fmt::format("COMMENT ON SEQUENCE {} IS {}", record.sequence, quote_literal(found.value(0, 7))));
  const postgres::Result grants = session.query(
      "SELECT pg_catalog.format('GRANT %s ON SEQUENCE %s TO %s%s', pg_catalog.string_agg(e.privilege_type, ', '), "
      "$1::text, CASE WHEN e.grantee = 0::pg_catalog.oid THEN 'PUBLIC' ELSE "
      "pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(e.grantee)::text) END, CASE WHEN e.is_grantable THEN ' WITH "
      "GRANT OPTION' ELSE '' END) FROM pg_catalog.aclexplode($2::pg_catalog.aclitem[]) e WHERE e.grantee <> e.grantor "
      "GROUP BY e.grantee, e.is_grantable",
      {{record.sequence}, {found.optional_text(0, 8)}});
  for (std::size_t i = 0; i < grants.rows(); ++i) record.after.push_back(grants.text(i, 0));
}

MappingRecord record_of(Session& session, const KeyDomain& domain) {
  MappingRecord record;
  for (const KeyColumn& column : domain.columns) {
    ColumnRecord each;
    each.table = column.table;
    each.column = column.name;
    each.type = column.type;
    each.default_sql = column.default_sql;
    record_identity(session, column, each);
    record.columns.push_back(std::move(each));
  }
  for (const KeyLink& link : domain.links)
    if (link.oid.empty())
      record.references.push_back({domain.columns[link.from].table, domain.columns[link.from].name,
                                   domain.columns[link.to].table, domain.columns[link.to].name});
  return record;
}

std::string new_key_sql(const std::string& operation, const KeyColumn& key, const KeyTarget& target,
                        const std::string& to) {
  if (!target.using_expression.empty()) return fmt::format("({})::{}", target.using_expression, to);
  if (to == "uuid") return "pg_catalog.gen_random_uuid()";
  if (to == "text" || to == "numeric" || to == "character varying")
    return fmt::format("{}::{}", quote_identifier(key.name), to);
  throw Error(code::bad_argument, fmt::format("op.{}: `using` must say how {} becomes {}", operation, key.type, to))
      .advise("using = \"an SQL expression over the columns of the table\"");
}

bool makes_keys(const KeyColumn& column) {
  return !column.identity.empty() || column.default_sql.find("nextval(") != std::string::npos;
}

std::string new_default(const KeyColumn& column, const KeyTarget& target, const std::string& to) {
  if (!makes_keys(column)) return {};
  if (target.default_value) return *target.default_value ? (*target.default_value)->sql : "";
  return to == "uuid" ? "pg_catalog.gen_random_uuid()" : "";
}

std::vector<UndeclaredReference> undeclared_in(Session& session, const std::string& operation,
                                               const std::vector<KeyStart>& starts, const KeyTarget& target) {
  std::vector<UndeclaredReference> undeclared;
  for (const std::string& each : target.references) {
    const std::size_t arrow = each.find("->");
    KeyStart other = starts.front();
    std::string from = each;
    if (arrow != std::string::npos) {
      const auto found = undeclared_of(session, operation, std::string(base::trim(each.substr(arrow + 2))), {});
      other = {found.table_oid, found.column};
      from = std::string(base::trim(each.substr(0, arrow)));
    }
    undeclared.push_back(undeclared_of(session, operation, from, other));
  }
  return undeclared;
}

SetAside aside_of(Session& session, const KeyGraph& graph) {
  std::vector<std::string> tables, columns;
  for (const KeyDomain& domain : graph.domains)
    for (const KeyColumn& column : domain.columns) {
      tables.push_back(column.table_oid);
      columns.push_back(column.name);
    }
  return read_set_aside(session, tables, columns);
}

}  // namespace operations
