// Reads libpg_query's parse trees, which it hands out as JSON.
#include "postgres/sql_grammar.hpp"

#include <pg_query.h>

#include <map>

#include "postgres/parse_tree.hpp"
#include "postgres/sql_scanner.hpp"

namespace postgres {

using nlohmann::json;
using tree::is_set;
using tree::member;
using tree::only_node;
using tree::text;

namespace {

/// The options of `WITH (a = b)` and of `REINDEX (CONCURRENTLY)` are both lists of DefElem.
bool has_option(const json& options, std::string_view name) {
  for (const json& each : options)
    if (text(member(each, "DefElem"), "defname") == name) return true;
  return false;
}

bool is_switched_off(const json& options, std::string_view name) {
  for (const json& each : options) {
    const json& option = member(each, "DefElem");
    if (text(option, "defname") != name) continue;
    const json& argument = member(option, "arg");
    std::string word = text(member(argument, "String"), "sval");
    // A word that is no keyword, such as off, is read as the name of a type.
    for (const json& part : member(member(argument, "TypeName"), "names")) word = text(member(part, "String"), "sval");
    const json& number = member(argument, "Integer");
    return word == "false" || word == "off" || (!number.empty() && member(number, "ival") == json::object());
  }
  return false;
}

bool has_data_node(const json& node) {
  return tree::has_node(node, {"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"});
}

StatementKind kind_of(const std::string& type, const json& node) {
  if (type == "SelectStmt")
    return has_data_node(member(node, "withClause")) ? StatementKind::data : StatementKind::query;
  if (type == "ExplainStmt" || type == "VariableShowStmt" || type == "FetchStmt") return StatementKind::query;
  if (type == "VariableSetStmt" || type == "DiscardStmt") return StatementKind::setting;
  if (type == "TransactionStmt") return StatementKind::transaction_control;
  for (const char* data : {"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "CallStmt", "DoStmt",
                           "TruncateStmt", "LockStmt", "RefreshMatViewStmt"})
    if (type == data) return StatementKind::data;
  if (type == "VacuumStmt" && !is_set(node, "is_vacuumcmd")) return StatementKind::data;
  for (const char* other :
       {"PrepareStmt", "ExecuteStmt", "DeallocateStmt", "DeclareCursorStmt", "ClosePortalStmt", "ListenStmt",
        "UnlistenStmt", "NotifyStmt", "LoadStmt", "CheckPointStmt", "ConstraintsSetStmt"})
    if (type == other) return StatementKind::other;
  return StatementKind::definition;
}

bool breaks_transaction(const std::string& type, const json& node) {
  if (type == "DiscardStmt") return text(node, "target") == "DISCARD_ALL";
  if (type != "TransactionStmt") return false;
  const std::string kind = text(node, "kind");
  return kind != "TRANS_STMT_SAVEPOINT" && kind != "TRANS_STMT_RELEASE" && kind != "TRANS_STMT_ROLLBACK_TO";
}

bool detaches_concurrently(const json& alter_table) {
  for (const json& each : member(alter_table, "cmds"))
    if (is_set(member(member(member(each, "AlterTableCmd"), "def"), "PartitionCmd"), "concurrent")) return true;
  return false;
}

/// As PreventInTransactionBlock is called in the server's sources.
bool needs_no_transaction(const std::string& type, const json& node) {
  for (const char* always : {"CreatedbStmt", "DropdbStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt",
                             "AlterSystemStmt", "DropSubscriptionStmt"})
    if (type == always) return true;
  if (type == "VacuumStmt") return is_set(node, "is_vacuumcmd");
  if (type == "IndexStmt" || type == "DropStmt") return is_set(node, "concurrent");
  if (type == "AlterTableStmt") return detaches_concurrently(node);
  if (type == "ClusterStmt") return member(node, "relation").empty();
  if (type == "AlterDatabaseStmt") return has_option(member(node, "options"), "tablespace");
  if (type == "CreateSubscriptionStmt") {
    const json& options = member(node, "options");
    return !is_switched_off(options, "connect") && !is_switched_off(options, "create_slot");
  }
  if (type == "AlterSubscriptionStmt") {
    const std::string kind = text(node, "kind");
    return kind == "ALTER_SUBSCRIPTION_REFRESH" ||
           (kind.ends_with("_PUBLICATION") && !is_switched_off(member(node, "options"), "refresh"));
  }
  if (type == "ReindexStmt") {
    const std::string kind = text(node, "kind");
    return has_option(member(node, "params"), "concurrently") || kind == "REINDEX_OBJECT_DATABASE" ||
           kind == "REINDEX_OBJECT_SYSTEM" || kind == "REINDEX_OBJECT_SCHEMA";
  }
  return false;
}

/// The last one or two names of a dropped object.
void read_names(const json& drop, LoneStatement& found) {
  if (member(drop, "objects").size() != 1) return;
  for (const json& item : member(member(member(drop, "objects").front(), "List"), "items")) {
    found.schema = std::exchange(found.name, text(member(item, "String"), "sval"));
  }
}

void read_relation(const json& relation, std::string& schema, std::string& name) {
  schema = text(relation, "schemaname");
  name = text(relation, "relname");
}

LoneStatement::Kind kind_of_lone(const std::string& type) {
  using Kind = LoneStatement::Kind;
  static const std::map<std::string, Kind> kinds = {{"IndexStmt", Kind::create_index},
                                                    {"DropStmt", Kind::drop_index},
                                                    {"ReindexStmt", Kind::reindex},
                                                    {"AlterTableStmt", Kind::detach_partition},
                                                    {"CreateSubscriptionStmt", Kind::create_subscription},
                                                    {"DropSubscriptionStmt", Kind::drop_subscription},
                                                    {"CreatedbStmt", Kind::create_database},
                                                    {"DropdbStmt", Kind::drop_database},
                                                    {"VacuumStmt", Kind::repeatable},
                                                    {"AlterSystemStmt", Kind::repeatable},
                                                    {"ClusterStmt", Kind::repeatable},
                                                    {"AlterDatabaseStmt", Kind::repeatable},
                                                    {"AlterSubscriptionStmt", Kind::repeatable}};
  const auto found = kinds.find(type);
  return found == kinds.end() ? Kind::unknown : found->second;
}

/// An index without what the server fills in by itself.
json essence_of_index(const json& index) {
  json essence = {{"method", text(index, "accessMethod")},
                  {"unique", is_set(index, "unique")},
                  {"partial", index.contains("whereClause")},
                  {"including", member(index, "indexIncludingParams").size()},
                  {"keys", json::array()}};
  for (const json& each : member(index, "indexParams")) {
    const json& key = member(each, "IndexElem");
    essence["keys"].push_back({text(key, "name"), text(key, "ordering") == "SORTBY_DESC"});
  }
  return essence;
}

}  // namespace

LoneStatement lone_statement(std::string_view statement) {
  const auto [type, node] = only_node(statement);
  LoneStatement found;
  found.kind = kind_of_lone(type);
  switch (found.kind) {
    case LoneStatement::Kind::create_index:
      found.name = text(node, "idxname");
      read_relation(member(node, "relation"), found.table_schema, found.table);
      break;
    case LoneStatement::Kind::drop_index: read_names(node, found); break;
    case LoneStatement::Kind::reindex:
      // REINDEX TABLE names a table, REINDEX INDEX an index; SCHEMA and DATABASE name neither.
      if (text(node, "kind") == "REINDEX_OBJECT_INDEX")
        read_relation(member(node, "relation"), found.schema, found.name);
      if (text(node, "kind") == "REINDEX_OBJECT_TABLE")
        read_relation(member(node, "relation"), found.table_schema, found.table);
      break;
    case LoneStatement::Kind::detach_partition:
      read_relation(member(node, "relation"), found.table_schema, found.table);
      for (const json& each : member(node, "cmds"))
        read_relation(member(member(member(member(each, "AlterTableCmd"), "def"), "PartitionCmd"), "name"),
                      found.schema, found.name);
      break;
    case LoneStatement::Kind::create_subscription:
    case LoneStatement::Kind::drop_subscription: found.name = text(node, "subname"); break;
    case LoneStatement::Kind::create_database:
    case LoneStatement::Kind::drop_database: found.name = text(node, "dbname"); break;
    case LoneStatement::Kind::repeatable:
    case LoneStatement::Kind::unknown: break;
  }
  return found;
}

bool adds_enum_value(std::string_view statement) {
  const auto [type, node] = only_node(statement);
  return type == "AlterEnumStmt" && !text(node, "newVal").empty() && text(node, "oldVal").empty();
}

bool is_same_index(std::string_view one, std::string_view other) {
  const auto [one_type, one_node] = only_node(one);
  const auto [other_type, other_node] = only_node(other);
  return one_type == "IndexStmt" && other_type == "IndexStmt" &&
         essence_of_index(one_node) == essence_of_index(other_node);
}

std::optional<CreatedTable> created_table(std::string_view statement) {
  const auto [type, node] = only_node(statement);
  if (type != "CreateStmt") return std::nullopt;
  const json& relation = member(node, "relation");
  const json& location = member(relation, "location");
  if (!location.is_number_integer()) return std::nullopt;
  CreatedTable found{text(relation, "schemaname"), text(relation, "relname"), location.get<std::size_t>(), 0};
  std::size_t end = scan_piece(statement, found.offset).end;
  while (end < statement.size() && statement[end] == '.') end = scan_piece(statement, end + 1).end;
  found.length = end - found.offset;
  return found;
}

std::string parse_tree(std::string_view statement) { return tree::parsed_text(statement); }

int grammar_version() { return PG_VERSION_NUM / 10000 * 10000; }

std::optional<StatementClass> classify_by_grammar(std::string_view statement) {
  const auto [type, node] = only_node(statement);
  if (type.empty()) return std::nullopt;
  return StatementClass{kind_of(type, node), needs_no_transaction(type, node), breaks_transaction(type, node)};
}

std::optional<SyntaxError> syntax_error(std::string_view statement) {
  const PgQueryProtobufParseResult result = pg_query_parse_protobuf(std::string(statement).c_str());
  std::optional<SyntaxError> found;
  if (result.error) found = SyntaxError{result.error->message, result.error->cursorpos};
  pg_query_free_protobuf_parse_result(result);
  return found;
}

}  // namespace postgres
