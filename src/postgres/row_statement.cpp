// Walks the parse tree; common table expressions change rows as well.
#include "postgres/row_statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "postgres/parse_tree.hpp"
#include "postgres/sql_text.hpp"

namespace postgres {

namespace {

using nlohmann::json;

constexpr std::array allowed_nodes = {
    "SelectStmt",  "InsertStmt",     "UpdateStmt",        "DeleteStmt",       "MergeStmt",
    "DoStmt",      "CallStmt",       "VariableSetStmt",   "VariableShowStmt", "ConstraintsSetStmt",
    "ExplainStmt", "LockStmt",       "CopyStmt",          "TransactionStmt",  "PrepareStmt",
    "ExecuteStmt", "DeallocateStmt", "DeclareCursorStmt", "ClosePortalStmt",  "FetchStmt",
    "NotifyStmt"};

bool is_temporary(const json& relation) {
  return tree::text(relation, "relpersistence") == "t" || tree::text(relation, "schemaname") == "pg_temp";
}

std::string shown(const TableName& table) {
  return table.schema.empty() ? table.name : table.schema + "." + table.name;
}

void read_change(const std::string& type, const json& node, RowStatement& found) {
  const json& relation = tree::member(node, "relation");
  found.written.push_back({tree::text(relation, "schemaname"), tree::text(relation, "relname")});
  const bool wants_where = type == "UpdateStmt" || type == "DeleteStmt";
  if (wants_where && found.without_where.empty() && tree::member(node, "whereClause").empty())
    found.without_where = (type == "UpdateStmt" ? "UPDATE " : "DELETE FROM ") + shown(found.written.back());
}

void walk(const json& node, RowStatement& found) {
  if (node.is_array())
    for (const json& child : node) walk(child, found);
  if (!node.is_object()) return;
  for (const auto& [name, child] : node.items()) {
    if (name == "InsertStmt" || name == "UpdateStmt" || name == "DeleteStmt" || name == "MergeStmt")
      read_change(name, child, found);
    walk(child, found);
  }
}

/// nextval('s') is told by the sequence that it locks; these leave no trace.
void read_functions(std::string_view statement, RowStatement& found) {
  for (const std::string& name : functions_called(statement).value_or(std::vector<std::string>{}))
    if (name == "pg_notify" || name == "setval" || name.starts_with("lo_") || name.starts_with("dblink"))
      found.lasting.push_back(name + "()");
}

/// For what only a newer server's grammar can read.
RowStatement by_words(std::string_view statement) {
  RowStatement found;
  const StatementKind kind = classify(statement).kind;
  if (kind == StatementKind::definition) found.refusal = "a definition";
  const std::string text = base::lower(statement);
  for (const char* word : {"update", "delete"})
    if (text.starts_with(word) && text.find("where") == std::string::npos) found.without_where = base::upper(word);
  return found;
}

}  // namespace

RowStatement row_statement_of(std::string_view statement) {
  const auto [type, node] = tree::only_node(statement);
  if (type.empty()) return by_words(statement);
  RowStatement found;
  if (type == "TruncateStmt") {
    found.refusal = "TRUNCATE";
  } else if (type == "CreateStmt" || type == "CreateTableAsStmt") {
    const json& relation =
        type == "CreateStmt" ? tree::member(node, "relation") : tree::member(tree::member(node, "into"), "rel");
    if (!is_temporary(relation)) found.refusal = "a definition (CREATE TABLE)";
  } else if (std::find(allowed_nodes.begin(), allowed_nodes.end(), type) == allowed_nodes.end()) {
    const std::string_view word = base::trim(statement);
    found.refusal = fmt::format("a definition ({})", base::upper(word.substr(0, word.find_first_of(" \t\n;"))));
  }
  if (type == "NotifyStmt") found.lasting.push_back("NOTIFY " + tree::text(node, "conditionname"));
  if (type == "CopyStmt" && tree::is_set(node, "is_from")) {
    const json& relation = tree::member(node, "relation");
    found.written.push_back({tree::text(relation, "schemaname"), tree::text(relation, "relname")});
  }
  walk(json{{type, node}}, found);
  read_functions(statement, found);
  return found;
}

}  // namespace postgres
