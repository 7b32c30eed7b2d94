// Walks the parse tree: a statement may change tables in its WITH clauses too.
#include "postgres/sql_changes.hpp"

#include <nlohmann/json.hpp>

#include "postgres/sql_grammar.hpp"

namespace postgres {

namespace {

using nlohmann::json;

class Walk {
 public:
  std::vector<ChangedTable> found;
  bool is_opaque = false;

  void visit(const json& node) {
    if (node.is_array())
      for (const json& child : node) visit(child);
    if (!node.is_object()) return;
    for (const auto& [type, child] : node.items()) {
      if (child.is_object()) take(type, child);
      visit(child);
    }
  }

 private:
  static std::string text(const json& node, const char* name) { return node.value(name, std::string()); }

  void add(const json& relation, const char* change, bool loses_data = true) {
    // Some members hold the node itself, some wrap it in its type.
    const json& range = relation.contains("RangeVar") ? relation["RangeVar"] : relation;
    if (range.contains("relname"))
      found.push_back({text(range, "schemaname"), text(range, "relname"), change, loses_data});
  }

  void take(const std::string& type, const json& node) {
    static const json none = json::object();
    const json& relation = node.contains("relation") ? node["relation"] : none;
    if (type == "DoStmt" || type == "CallStmt" || type == "ExecuteStmt") is_opaque = true;
    if (type == "UpdateStmt") add(relation, "updates");
    if (type == "DeleteStmt") add(relation, "deletes from");
    if (type == "MergeStmt") add(relation, "updates");
    if (type == "InsertStmt" && node.contains("onConflictClause") &&
        text(node["onConflictClause"], "action") == "ONCONFLICT_UPDATE")
      add(relation, "updates");
    if (type == "TruncateStmt")
      for (const json& each : node.value("relations", json::array())) add(each, "truncates");
    if (type == "RenameStmt" && text(node, "renameType") == "OBJECT_TABLE") add(relation, "renames", false);
    if (type == "AlterTableStmt") alter_table(node, relation);
    if (type == "DropStmt") drop(node);
  }

  void alter_table(const json& node, const json& relation) {
    for (const json& each : node.value("cmds", json::array())) {
      const std::string kind = text(each.value("AlterTableCmd", json::object()), "subtype");
      if (kind == "AT_DropColumn") add(relation, "drops a column of");
      if (kind == "AT_AlterColumnType") add(relation, "changes a type in");
    }
  }

  void drop(const json& node) {
    const std::string kind = text(node, "removeType");
    if (kind != "OBJECT_TABLE" && kind != "OBJECT_SCHEMA") return;
    for (const json& object : node.value("objects", json::array())) {
      std::vector<std::string> names;
      if (object.contains("List"))
        for (const json& part : object["List"].value("items", json::array()))
          names.push_back(text(part.value("String", json::object()), "sval"));
      else
        names.push_back(text(object.value("String", json::object()), "sval"));
      if (kind == "OBJECT_SCHEMA")
        found.push_back({names.back(), "", "drops"});
      else
        found.push_back({names.size() > 1 ? names[names.size() - 2] : "", names.back(), "drops"});
    }
  }
};

}  // namespace

std::optional<std::vector<ChangedTable>> changed_tables(std::string_view statement) {
  const std::string tree = parse_tree(statement);
  if (tree.empty()) return std::nullopt;
  Walk walk;
  walk.visit(json::parse(tree, nullptr, false));
  if (walk.is_opaque) return std::nullopt;
  return std::move(walk.found);
}

}  // namespace postgres
