// Walks libpg_query's parse trees.
#include "postgres/sql_effects.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "postgres/parse_tree.hpp"

namespace postgres {

namespace {

using nlohmann::json;
using tree::member;
using tree::text;
using Kind = Effect::Kind;

/// The names of a list of String nodes: schema and name, or name alone.
std::vector<std::string> names_of(const json& list) {
  std::vector<std::string> names;
  for (const json& item : list)
    if (const std::string name = text(member(item, "String"), "sval"); !name.empty()) names.push_back(name);
  return names;
}

class Reader {
 public:
  std::vector<Effect> effects;

  void read(const std::string& type, const json& node) {
    if (type == "CreateStmt") {
      on(Kind::creates_table, member(node, "relation"), "create table");
    } else if (type == "AlterTableStmt") {
      alter_table(node);
    } else if (type == "RenameStmt") {
      rename(node);
    } else if (type == "DropStmt") {
      drop(node);
    } else if (type == "IndexStmt") {
      on(Kind::adds_index, member(node, "relation"), "create index");
    } else if (type == "TruncateStmt") {
      for (const json& each : member(node, "relations")) on(Kind::writes, member(each, "RangeVar"), "truncate");
    } else if (type == "InsertStmt" || type == "UpdateStmt" || type == "DeleteStmt" || type == "MergeStmt" ||
               type == "CopyStmt") {
      on(Kind::writes, member(node, "relation"), word(type));
      for (const auto& [name, child] : node.items())
        if (name != "relation") read_tables(child);
    } else if (type == "CreateTrigStmt" || type == "CreatePolicyStmt" || type == "AlterPolicyStmt") {
      on(Kind::alters_table, member(node, type == "CreateTrigStmt" ? "relation" : "table"),
         type == "CreateTrigStmt" ? "create trigger" : "policy");
    } else {
      read_tables(node);
    }
  }

 private:
  static const char* word(const std::string& type) {
    if (type == "InsertStmt") return "insert";
    if (type == "UpdateStmt") return "update";
    if (type == "DeleteStmt") return "delete";
    return type == "MergeStmt" ? "merge" : "copy";
  }

  Effect& on(Kind kind, const json& relation, const std::string& what) {
    effects.push_back({kind, text(relation, "schemaname"), text(relation, "relname"), "", "", what});
    return effects.back();
  }

  void alter_table(const json& node) {
    const std::string object = text(node, "objtype");
    if (object == "OBJECT_INDEX" || object == "OBJECT_SEQUENCE" || object == "OBJECT_VIEW" || object == "OBJECT_TYPE")
      return;
    const json& relation = member(node, "relation");
    for (const json& each : member(node, "cmds")) {
      const json& command = member(each, "AlterTableCmd");
      const std::string kind = text(command, "subtype");
      if (kind == "AT_AddColumn") {
        on(Kind::adds_column, relation, "add column").column =
            text(member(member(command, "def"), "ColumnDef"), "colname");
      } else if (kind == "AT_DropColumn") {
        on(Kind::drops_column, relation, "drop column").column = text(command, "name");
      } else if (kind == "AT_AlterColumnType") {
        on(Kind::retypes_column, relation, "change type").column = text(command, "name");
      } else {
        Effect& effect = on(Kind::alters_table, relation, words_of(kind));
        if (kind.find("Column") != std::string::npos || kind.find("NotNull") != std::string::npos)
          effect.column = text(command, "name");
        const json& constraint = member(member(command, "def"), "Constraint");
        if (const json& target = member(constraint, "pktable"); !target.empty())
          on(Kind::reads, target, "foreign key to it");
      }
    }
  }

  /// "AT_SetNotNull" as "set not null".
  static std::string words_of(const std::string& kind) {
    std::string words;
    for (std::size_t i = kind.starts_with("AT_") ? 3 : 0; i < kind.size(); ++i) {
      const bool is_upper = kind[i] >= 'A' && kind[i] <= 'Z';
      if (is_upper && !words.empty()) words += ' ';
      words += is_upper ? static_cast<char>(kind[i] - 'A' + 'a') : kind[i];
    }
    return words;
  }

  void rename(const json& node) {
    const std::string kind = text(node, "renameType");
    const json& relation = member(node, "relation");
    if (kind == "OBJECT_TABLE") {
      on(Kind::renames_table, relation, "rename").new_name = text(node, "newname");
    } else if (kind == "OBJECT_COLUMN") {
      Effect& effect = on(Kind::renames_column, relation, "rename column");
      effect.column = text(node, "subname");
      effect.new_name = text(node, "newname");
    } else if (kind == "OBJECT_TABCONSTRAINT") {
      on(Kind::alters_table, relation, "rename constraint");
    }
  }

  void drop(const json& node) {
    const std::string kind = text(node, "removeType");
    for (const json& object : member(node, "objects")) {
      std::vector<std::string> names = names_of(member(member(object, "List"), "items"));
      if (kind == "OBJECT_TRIGGER" || kind == "OBJECT_POLICY" || kind == "OBJECT_RULE") {
        if (names.size() < 2) continue;
        names.pop_back();
        effects.push_back({Kind::alters_table, names.size() > 1 ? names[names.size() - 2] : "", names.back(), "", "",
                           "drop " + object_word(kind)});
        continue;
      }
      if (names.empty()) continue;
      const Kind what = kind == "OBJECT_TABLE" || kind == "OBJECT_FOREIGN_TABLE" ? Kind::drops_table
                        : kind == "OBJECT_INDEX"                                 ? Kind::drops_index
                                                                                 : Kind::drops_other;
      effects.push_back(
          {what, names.size() > 1 ? names[names.size() - 2] : "", names.back(), "", "", object_word(kind)});
    }
  }

  /// "OBJECT_MATVIEW" as "matview".
  static std::string object_word(const std::string& kind) {
    std::string word;
    for (std::size_t i = std::string_view("OBJECT_").size(); i < kind.size(); ++i)
      word += kind[i] == '_' ? ' ' : static_cast<char>(kind[i] - 'A' + 'a');
    return word;
  }

  /// Every table below a node, but names of WITH queries.
  void read_tables(const json& node) {
    collect_names(node);
    walk(node);
  }
  void collect_names(const json& node) {
    if (node.is_object())
      for (const auto& [name, child] : node.items()) {
        if (name == "CommonTableExpr") common_.insert(text(child, "ctename"));
        collect_names(child);
      }
    if (node.is_array())
      for (const json& child : node) collect_names(child);
  }
  void walk(const json& node) {
    if (node.is_array())
      for (const json& child : node) walk(child);
    if (!node.is_object()) return;
    for (const auto& [name, child] : node.items()) {
      if (name == "InsertStmt" || name == "UpdateStmt" || name == "DeleteStmt") {
        on(Kind::writes, member(child, "relation"), word(name));
        for (const auto& [key, grandchild] : child.items())
          if (key != "relation") walk(grandchild);
      } else if (name == "RangeVar" &&
                 (!text(child, "schemaname").empty() || !common_.contains(text(child, "relname")))) {
        on(Kind::reads, child, "read");
      } else {
        walk(child);
      }
    }
  }

  std::set<std::string> common_;
};

}  // namespace

std::vector<Effect> effects_of(std::string_view statement) {
  Reader reader;
  if (const std::string found = tree::parsed_text(statement); !found.empty()) {
    const json parse_tree = json::parse(found, nullptr, false);
    for (const json& each : member(parse_tree, "stmts"))
      if (const json& node = member(each, "stmt"); node.size() == 1) reader.read(node.begin().key(), *node.begin());
  }
  return reader.effects;
}

}  // namespace postgres
