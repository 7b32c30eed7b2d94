// Reads libpg_query's parse trees, which it hands out as JSON.
#include "postgres/sql_grammar.hpp"

#include <pg_query.h>

#include <memory>
#include <nlohmann/json.hpp>

namespace postgres {

namespace {

using nlohmann::json;

const json nothing = json::object();

const json& member(const json& node, const char* name) {
  const auto found = node.find(name);
  return found == node.end() ? nothing : *found;
}

bool is_set(const json& node, const char* name) {
  const json& value = member(node, name);
  return value.is_boolean() && value.get<bool>();
}

std::string text(const json& node, const char* name) {
  const json& value = member(node, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

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
    return word == "false" || word == "off" || (!number.empty() && member(number, "ival") == nothing);
  }
  return false;
}

bool has_data_node(const json& node) {
  if (node.is_object())
    for (const auto& [name, child] : node.items())
      if (name == "InsertStmt" || name == "UpdateStmt" || name == "DeleteStmt" || name == "MergeStmt" ||
          has_data_node(child))
        return true;
  if (node.is_array())
    for (const json& child : node)
      if (has_data_node(child)) return true;
  return false;
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

using Parsed = std::unique_ptr<PgQueryParseResult, void (*)(PgQueryParseResult*)>;

Parsed parse(std::string_view statement) {
  return {new PgQueryParseResult(pg_query_parse(std::string(statement).c_str())), [](PgQueryParseResult* result) {
            pg_query_free_parse_result(*result);
            delete result;
          }};
}

}  // namespace

int grammar_version() { return PG_VERSION_NUM / 10000 * 10000; }

std::optional<StatementClass> classify_by_grammar(std::string_view statement) {
  const Parsed parsed = parse(statement);
  if (parsed->error) return std::nullopt;
  const json tree = json::parse(parsed->parse_tree, nullptr, false);
  const json& statements = member(tree, "stmts");
  if (statements.size() != 1) return std::nullopt;
  const json& node = member(statements.front(), "stmt");
  if (node.size() != 1) return std::nullopt;
  const std::string type = node.begin().key();
  return StatementClass{kind_of(type, *node.begin()), needs_no_transaction(type, *node.begin()),
                        breaks_transaction(type, *node.begin())};
}

std::optional<SyntaxError> syntax_error(std::string_view statement) {
  const PgQueryProtobufParseResult result = pg_query_parse_protobuf(std::string(statement).c_str());
  std::optional<SyntaxError> found;
  if (result.error) found = SyntaxError{result.error->message, result.error->cursorpos};
  pg_query_free_protobuf_parse_result(result);
  return found;
}

}  // namespace postgres
