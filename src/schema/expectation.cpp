// Reads the file, asks the catalogue table by table, writes the file.
#include "schema/expectation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "schema/relation.hpp"

namespace schema {

using base::Error;
using base::List;
using base::Map;
using base::Value;
using postgres::Session;
namespace code = base::code;

namespace {

constexpr std::string_view not_null_suffix = " not null";

Error bad(const std::string& path, const std::string& place, const std::string& what) {
  return Error(code::bad_expectation, fmt::format("{}: {}", place, what))
      .at(path)
      .advise("waxwing schema verify --write FILE    makes such a file from a database");
}

void refuse_unknown_keys(const Value& table, const std::vector<std::string>& known, const std::string& path,
                         const std::string& place) {
  if (const Map* map = table.get_if<Map>())
    for (const auto& [key, value] : *map)
      if (std::find(known.begin(), known.end(), key) == known.end())
        throw bad(path, place, fmt::format("unknown key \"{}\"{}", key, base::did_you_mean_suffix(key, known)));
}

std::vector<std::string> strings(const Value* value, const std::string& path, const std::string& place) {
  std::vector<std::string> texts;
  if (!value) return texts;
  const List* list = value->get_if<List>();
  if (!list) throw bad(path, place, fmt::format("a list of names is expected, got {}", value->type_name()));
  for (const Value& each : *list) {
    if (!each.get_if<std::string>()) throw bad(path, place, "a list of names is expected");
    texts.push_back(*each.get_if<std::string>());
  }
  return texts;
}

ExpectedColumn read_column(const std::string& name, const Value& value, const std::string& path,
                           const std::string& place) {
  const std::string* text = value.get_if<std::string>();
  if (!text) throw bad(path, place + "." + name, "a type is expected, such as \"uuid not null\"");
  ExpectedColumn column{name, std::string(base::trim(*text)), false};
  if (base::lower(column.type).ends_with(not_null_suffix)) {
    column.not_null = true;
    column.type = base::trim(column.type.substr(0, column.type.size() - not_null_suffix.size()));
  }
  return column;
}

ExpectedTable read_table(const Value& value, const std::string& schema, const std::string& path,
                         const std::string& place) {
  ExpectedTable table;
  const auto qualified = [&](const std::string& name) {
    return schema.empty() || name.find('.') != std::string::npos ? name : schema + "." + name;
  };
  if (const std::string* name = value.get_if<std::string>()) {
    table.name = qualified(*name);
    return table;
  }
  const Value* name = value.find("name");
  if (!name || !name->get_if<std::string>()) throw bad(path, place, "a name or a table with a name is expected");
  refuse_unknown_keys(value, {"name", "columns", "constraints", "indexes"}, path, place);
  table.name = qualified(*name->get_if<std::string>());
  if (const Value* columns = value.find("columns")) {
    const Map* map = columns->get_if<Map>();
    const List* list = columns->get_if<List>();
    if (!map && !(list && list->empty()))
      throw bad(path, place + ".columns", "a table of types by name is expected: { id = \"uuid not null\" }");
    if (map)
      for (const auto& [column, type] : *map)
        table.columns.push_back(read_column(column, type, path, place + ".columns"));
  }
  table.constraints = strings(value.find("constraints"), path, place + ".constraints");
  table.indexes = strings(value.find("indexes"), path, place + ".indexes");
  return table;
}

/// The type as format_type writes it: aliases are resolved by the server, what is in parentheses is kept.
std::string normal_type(Session& session, const std::string& type) {
  std::string modifier;
  if (const std::size_t open = type.find('('), close = type.find(')'); open != std::string::npos && close > open)
    modifier = base::replace_all(type.substr(open, close - open + 1), " ", "");
  const postgres::Result found =
      session.query("SELECT pg_catalog.format_type(pg_catalog.to_regtype($1::text)::oid, NULL)", {{type}});
  std::string name = found.text(0, 0);
  if (name.empty()) return type;
  if (modifier.empty()) return name;
  // "timestamp(3) without time zone", "character varying(20)[]".
  std::size_t at = name.find(" with");
  if (at == std::string::npos) at = name.find("[]");
  return name.insert(std::min(at, name.size()), modifier);
}

std::vector<std::string> names(Session& session, const char* sql, const Relation& relation) {
  const postgres::Result rows = session.query(sql, {{relation.oid}});
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows.rows(); ++i) texts.push_back(rows.text(i, 0));
  return texts;
}

std::vector<std::string> constraint_names(Session& session, const Relation& relation) {
  return names(session,
               "SELECT conname::text FROM pg_catalog.pg_constraint WHERE conrelid = $1::oid AND contype IN ('p', 'u', "
               "'c', 'f', 'x') ORDER BY 1",
               relation);
}

std::vector<std::string> index_names(Session& session, const Relation& relation) {
  return names(session,
               "SELECT c.relname::text FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
               "WHERE i.indrelid = $1::oid AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o WHERE o.conindid = "
               "i.indexrelid AND o.conrelid = i.indrelid) ORDER BY 1",
               relation);
}

std::string shown_type(const std::string& type, bool not_null) {
  return type + (not_null ? std::string(not_null_suffix) : "");
}

void compare(Session& session, const ExpectedTable& expected, const Relation& relation, TableVerdict& verdict) {
  if (!expected.columns.empty()) {
    const std::vector<ColumnType> columns = column_types(session, relation);
    for (const ExpectedColumn& wanted : expected.columns) {
      const auto found = std::find_if(columns.begin(), columns.end(),
                                      [&](const ColumnType& each) { return each.name == wanted.name; });
      if (found == columns.end()) {
        verdict.differences.push_back(fmt::format("column {} is missing", wanted.name));
        continue;
      }
      const std::string type = shown_type(normal_type(session, wanted.type), wanted.not_null);
      if (const std::string there = shown_type(found->type, found->not_null); there != type)
        verdict.differences.push_back(fmt::format("column {} is {}, expected {}", wanted.name, there, type));
    }
    for (const ColumnType& each : columns)
      if (std::none_of(expected.columns.begin(), expected.columns.end(),
                       [&](const ExpectedColumn& wanted) { return wanted.name == each.name; }))
        verdict.differences.push_back(fmt::format("column {} was not expected", each.name));
  }
  const auto missing = [&](const char* kind, const std::vector<std::string>& wanted,
                           const std::vector<std::string>& there) {
    for (const std::string& name : wanted)
      if (std::find(there.begin(), there.end(), name) == there.end())
        verdict.differences.push_back(fmt::format("{} {} is missing", kind, name));
  };
  if (!expected.constraints.empty()) missing("constraint", expected.constraints, constraint_names(session, relation));
  if (!expected.indexes.empty()) missing("index", expected.indexes, index_names(session, relation));
}

std::string lua_key(const std::string& name) {
  static const std::set<std::string> reserved = {"and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                                 "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                                 "repeat",   "return", "then", "true", "until",  "while"};
  const bool plain = !name.empty() && !reserved.contains(name) && !(name[0] >= '0' && name[0] <= '9') &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                     });
  return plain ? name : fmt::format("[{}]", fmt::format("\"{}\"", name));
}

std::string lua_string(const std::string& text) {
  return "\"" + base::replace_all(base::replace_all(text, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

std::string lua_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& each : texts) quoted.push_back(lua_string(each));
  return "{ " + base::join(quoted, ", ") + " }";
}

}  // namespace

std::vector<ExpectedGroup> read_expectation(const Value& file, const std::string& path) {
  refuse_unknown_keys(file, {"schema", "groups"}, path, "the file");
  const Value* schema = file.find("schema");
  const std::string* schema_name = schema ? schema->get_if<std::string>() : nullptr;
  const Value* groups = file.find("groups");
  const List* list = groups ? groups->get_if<List>() : nullptr;
  if (!list || list->empty())
    throw bad(path, "the file", "groups = { { name = \"...\", tables = { ... } } } is expected");
  std::vector<ExpectedGroup> found;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Value& entry = (*list)[i];
    const std::string place = fmt::format("groups[{}]", i + 1);
    refuse_unknown_keys(entry, {"name", "tables"}, path, place);
    const Value* name = entry.find("name");
    const Value* tables = entry.find("tables");
    if (!name || !name->get_if<std::string>()) throw bad(path, place, "the group has no name");
    if (!tables || !tables->get_if<List>()) throw bad(path, place, "tables = { ... } is expected");
    ExpectedGroup group{*name->get_if<std::string>(), {}};
    for (std::size_t k = 0; k < tables->get_if<List>()->size(); ++k)
      group.tables.push_back(read_table((*tables->get_if<List>())[k], schema_name ? *schema_name : "", path,
                                        fmt::format("{}.tables[{}]", place, k + 1)));
    found.push_back(std::move(group));
  }
  return found;
}

Verdict verify(Session& session, const std::vector<ExpectedGroup>& groups, const std::string& ignored_schema) {
  const std::vector<Relation> tables = all_tables(session);
  std::set<std::string> expected;
  Verdict verdict;
  for (const ExpectedGroup& group : groups) {
    std::vector<TableVerdict>& list = verdict.groups.emplace_back();
    for (const ExpectedTable& table : group.tables) {
      TableVerdict& one = list.emplace_back();
      one.table = table.name;
      const auto found = std::find_if(tables.begin(), tables.end(), [&](const Relation& each) {
        return each.shown == table.name || each.schema + "." + each.name == table.name || each.name == table.name;
      });
      if (found == tables.end()) {
        ++verdict.missing;
        continue;
      }
      one.exists = true;
      expected.insert(found->oid);
      compare(session, table, *found, one);
      verdict.different += !one.differences.empty();
    }
  }
  for (const Relation& each : tables)
    if (!expected.contains(each.oid) && each.schema != ignored_schema) verdict.unexpected.push_back(each.shown);
  return verdict;
}

std::string expectation_text(Session& session, const std::string& ignored_schema) {
  std::string text =
      "-- What this database is expected to have; `waxwing schema verify` compares.\n"
      "-- Only what is written here is looked at: leave out columns or constraints to expect the table alone.\n"
      "return {\n  groups = {\n";
  std::string schema;
  for (const Relation& table : all_tables(session)) {
    if (table.schema == ignored_schema) continue;
    if (table.schema != schema) {
      if (!schema.empty()) text += "    } },\n";
      text += fmt::format("    {{ name = {}, tables = {{\n", lua_string("Tables of " + table.schema));
      schema = table.schema;
    }
    text += fmt::format("      {{ name = {}, columns = {{\n", lua_string(table.schema + "." + table.name));
    for (const ColumnType& column : column_types(session, table))
      text +=
          fmt::format("        {} = {},\n", lua_key(column.name), lua_string(shown_type(column.type, column.not_null)));
    text += "      }";
    if (const auto constraints = constraint_names(session, table); !constraints.empty())
      text += ", constraints = " + lua_list(constraints);
    if (const auto indexes = index_names(session, table); !indexes.empty()) text += ", indexes = " + lua_list(indexes);
    text += " },\n";
  }
  if (!schema.empty()) text += "    } },\n";
  return text + "  },\n}\n";
}

}  // namespace schema
