// Walks the parse tree of definitions; expressions are taken from the text as they stand there.
#include "postgres/row_demand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/parse_tree.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_scanner.hpp"

namespace postgres {

using nlohmann::json;
using tree::is_set;
using tree::member;
using tree::text;
using tree::texts;
using Kind = RowDemand::Kind;

namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TableName table_name(const json& range) { return {text(range, "schemaname"), text(range, "relname")}; }

/// Steps over SQL text piece by piece, counting brackets.
struct Walk {
  std::string_view sql;
  std::size_t at = 0;
  int depth = 0;
  std::string_view piece{};

  bool next() {
    if (at >= sql.size()) return false;
    const Scanned scanned = scan_piece(sql, at);
    // Whatever is no word is read character by character, so that brackets are seen.
    const std::size_t end = scanned.piece == Piece::other ? at + 1 : scanned.end;
    piece = sql.substr(at, end - at);
    if (piece == "(" || piece == "[") ++depth;
    if (piece == ")" || piece == "]") --depth;
    at = end;
    return true;
  }
};

/// From behind the first of `words` at the outer level (or from the start without any) to a comma, a bracket that
/// closes, a semicolon or one of `ends`.
std::string slice(std::string_view sql, std::size_t from, const char* word,
                  std::initializer_list<std::string_view> ends) {
  Walk walk{sql, from};
  std::size_t start = word ? std::string_view::npos : from;
  std::size_t before = from;
  while (walk.next()) {
    if (start == std::string_view::npos) {
      if (walk.depth == 0 && is_word(walk.piece, word)) start = walk.at;
    } else if (walk.depth < 0 || (walk.depth == 0 && (walk.piece == "," || walk.piece == ";")) ||
               (walk.depth == 0 &&
                std::any_of(ends.begin(), ends.end(), [&](auto end) { return is_word(walk.piece, end); }))) {
      return std::string(base::trim(sql.substr(start, before - start)));
    }
    before = walk.at;
  }
  return start == std::string_view::npos ? std::string() : std::string(base::trim(sql.substr(start)));
}

/// What stands in the first brackets at or behind `from`, without them; `end` is set behind them.
std::string in_brackets(std::string_view sql, std::size_t from, std::size_t* end = nullptr) {
  Walk walk{sql, from};
  std::size_t start = std::string_view::npos;
  while (walk.next()) {
    if (start == std::string_view::npos && walk.piece == "(" && walk.depth == 1) start = walk.at;
    if (start != std::string_view::npos && walk.depth == 0) {
      if (end) *end = walk.at;
      return std::string(base::trim(sql.substr(start, walk.at - 1 - start)));
    }
  }
  return {};
}

/// The columns that an expression names.
void read_columns(const json& node, std::vector<std::string>& columns) {
  if (node.is_array())
    for (const json& each : node) read_columns(each, columns);
  if (!node.is_object()) return;
  for (const auto& [name, child] : node.items()) {
    if (name == "ColumnRef") {
      const std::vector<std::string> fields = texts(member(child, "fields"));
      if (!fields.empty() && !fields.back().empty() &&
          std::find(columns.begin(), columns.end(), fields.back()) == columns.end())
        columns.push_back(fields.back());
    } else {
      read_columns(child, columns);
    }
  }
}

json without_locations(json node) {
  if (node.is_object()) node.erase("location");
  if (node.is_structured())
    for (json& child : node) child = without_locations(std::move(child));
  return node;
}

std::vector<std::string> quoted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(quote_identifier(name));
  return all;
}

/// A statement that alters one table.
class TableReader {
 public:
  TableReader(std::string_view sql, const json& statement, StatementEffect& effect)
      : sql_(sql), effect_(effect), table_(table_name(member(statement, "relation"))) {
    only_ = !is_set(member(statement, "relation"), "inh");
  }

  void alter(const json& statement) {
    for (const json& each : member(statement, "cmds")) command(member(each, "AlterTableCmd"));
  }

  void index(const json& statement) {
    if (!is_set(statement, "unique")) return;
    RowDemand demand = about(Kind::unique, text(statement, "idxname"));
    demand.is_index = true;
    demand.nulls_not_distinct = is_set(statement, "nulls_not_distinct");
    std::size_t end = 0;
    const std::string keys = in_brackets(sql_, tree::location(member(statement, "relation")), &end);
    std::size_t at = 0;
    for (const json& each : member(statement, "indexParams")) {
      const json& key = member(each, "IndexElem");
      const std::string part = slice(keys, at, nullptr, {});
      at = static_cast<std::size_t>(std::min(keys.size(), keys.find(part, at) + part.size() + 1));
      const std::string column = text(key, "name");
      if (!column.empty()) {
        demand.keys.push_back(quote_identifier(column));
        demand.columns.push_back(column);
      } else {
        // Up to its closing bracket: an operator class or an order may follow.
        std::size_t expression_end = part.size();
        in_brackets(part, 0, &expression_end);
        demand.keys.push_back(part.substr(0, expression_end));
        read_columns(member(key, "expr"), demand.columns);
      }
    }
    if (statement.contains("whereClause")) demand.expression = slice(sql_, end, "WHERE", {});
    effect_.demands.push_back(std::move(demand));
  }

 private:
  RowDemand about(Kind kind, std::string name) const {
    RowDemand demand;
    demand.kind = kind;
    demand.table = table_;
    demand.name = std::move(name);
    demand.only = only_;
    return demand;
  }

  void command(const json& command) {
    const std::string type = text(command, "subtype");
    const json& definition = member(command, "def");
    if (type == "AT_AddConstraint") return constraint(member(definition, "Constraint"));
    if (type == "AT_AddColumn") return add_column(member(definition, "ColumnDef"), is_set(command, "missing_ok"));
    if (type == "AT_SetNotNull") return column_demand(Kind::not_null, text(command, "name"));
    if (type == "AT_AlterColumnType") return retype(text(command, "name"), member(definition, "ColumnDef"));
    if (type == "AT_ValidateConstraint") return effect_.demands.push_back(about(Kind::validate, text(command, "name")));
    if (type == "AT_EnableTrig" || type == "AT_EnableAlwaysTrig" || type == "AT_EnableTrigAll") {
      // From now on a change elsewhere may come here.
      effect_.is_opaque = true;
      return;
    }
    const bool keeps_columns = is_one_of(
        type, {"AT_DropConstraint",   "AT_AlterConstraint",    "AT_ColumnDefault",     "AT_DropNotNull",
               "AT_SetStatistics",    "AT_SetOptions",         "AT_ResetOptions",      "AT_SetStorage",
               "AT_SetCompression",   "AT_ChangeOwner",        "AT_ClusterOn",         "AT_DropCluster",
               "AT_SetRelOptions",    "AT_ResetRelOptions",    "AT_ReplaceRelOptions", "AT_DisableTrig",
               "AT_DisableTrigAll",   "AT_DisableTrigUser",    "AT_EnableRowSecurity", "AT_DisableRowSecurity",
               "AT_ForceRowSecurity", "AT_NoForceRowSecurity", "AT_ReplicaIdentity",   "AT_AddIdentity",
               "AT_SetIdentity",      "AT_DropIdentity",       "AT_SetTableSpace",     "AT_SetLogged",
               "AT_SetUnLogged"});
    if (!keeps_columns) effect_.reshaped.push_back({table_, type == "AT_DropColumn" ? text(command, "name") : ""});
  }

  void column_demand(Kind kind, const std::string& column) {
    RowDemand demand = about(kind, "");
    demand.columns = {column};
    effect_.demands.push_back(std::move(demand));
  }

  void constraint(const json& node) {
    const std::string type = text(node, "contype");
    const std::string name = text(node, "conname");
    if (type == "CONSTR_UNIQUE" || type == "CONSTR_PRIMARY") {
      // USING INDEX: the index has looked at the rows already.
      if (node.contains("indexname")) return;
      RowDemand demand = about(Kind::unique, name);
      demand.columns = texts(member(node, "keys"));
      demand.keys = quoted(demand.columns);
      demand.nulls_not_distinct = is_set(node, "nulls_not_distinct");
      effect_.demands.push_back(demand);
      if (type == "CONSTR_PRIMARY")
        for (const std::string& column : demand.columns) column_demand(Kind::not_null, column);
      return;
    }
    std::optional<RowDemand> demand;
    if (type == "CONSTR_CHECK") {
      demand = about(Kind::check, name);
      // NO INHERIT: children are not looked at.
      demand->only = only_ || is_set(node, "is_no_inherit");
      const std::string from_keyword(sql_.substr(tree::location(node)));
      demand->expression = in_brackets(from_keyword, check_keyword(from_keyword));
      read_columns(member(node, "raw_expr"), demand->columns);
    } else if (type == "CONSTR_FOREIGN") {
      demand = about(Kind::foreign_key, name);
      demand->columns = texts(member(node, "fk_attrs"));
      demand->target = table_name(member(node, "pktable"));
      demand->target_columns = texts(member(node, "pk_attrs"));
      demand->match_full = text(node, "fk_matchtype") == "f";
    }
    if (!demand) return;
    (is_set(node, "skip_validation") ? effect_.not_valid : effect_.demands).push_back(std::move(*demand));
  }

  /// Behind the word CHECK; a constraint's quoted name may say "check" as well, but is no word.
  static std::size_t check_keyword(std::string_view sql) {
    Walk walk{sql};
    while (walk.next())
      if (is_word(walk.piece, "CHECK")) break;
    return walk.at;
  }

  void add_column(const json& column, bool may_exist) {
    const std::string name = text(column, "colname");
    effect_.new_columns.push_back({table_, name});
    bool is_not_null = false, has_value = false;
    for (const json& each : member(column, "constraints")) {
      const std::string type = text(member(each, "Constraint"), "contype");
      if (type == "CONSTR_NOTNULL" || type == "CONSTR_PRIMARY") is_not_null = true;
      if (is_one_of(type, {"CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"})) has_value = true;
    }
    const std::vector<std::string> type = texts(member(member(column, "typeName"), "names"));
    if (!type.empty() &&
        is_one_of(type.back(), {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}))
      has_value = true;
    if (!is_not_null || has_value || may_exist) return;
    RowDemand demand = about(Kind::empty, name);
    demand.expression = slice(sql_, tree::location(member(column, "typeName")), nullptr, {"NOT", "NULL", "PRIMARY"});
    effect_.demands.push_back(std::move(demand));
  }

  void retype(const std::string& name, const json& column) {
    effect_.reshaped.push_back({table_, name});
    const json& type = member(column, "typeName");
    RowDemand demand = about(Kind::type, "");
    demand.columns = {name};
    demand.expression = slice(sql_, tree::location(type), nullptr, {"USING", "COLLATE"});
    if (column.contains("raw_default")) {
      const json& cast = member(member(column, "raw_default"), "TypeCast");
      const std::vector<std::string> fields = texts(member(member(member(cast, "arg"), "ColumnRef"), "fields"));
      demand.casts = fields == std::vector<std::string>{name} &&
                     without_locations(member(cast, "typeName")) == without_locations(type);
      // Any other expression may make fitting values of all.
      if (!demand.casts) return;
    }
    effect_.demands.push_back(std::move(demand));
  }

  std::string_view sql_;
  StatementEffect& effect_;
  TableName table_;
  bool only_ = false;
};

void read_drop(const json& node, StatementEffect& effect) {
  const std::string type = text(node, "removeType");
  if (is_one_of(type, {"OBJECT_TABLE", "OBJECT_FOREIGN_TABLE"})) {
    for (const json& each : member(node, "objects")) {
      const std::vector<std::string> names = texts(member(member(each, "List"), "items"));
      if (names.empty()) continue;
      effect.reshaped.push_back({{names.size() > 1 ? names[names.size() - 2] : "", names.back()}, ""});
    }
    return;
  }
  if (!is_one_of(type, {"OBJECT_INDEX", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_TRIGGER", "OBJECT_POLICY",
                        "OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_RULE", "OBJECT_STATISTIC_EXT"}))
    effect.is_opaque = true;
}

void read_rename(const json& node, StatementEffect& effect) {
  const std::string type = text(node, "renameType");
  const TableName table = table_name(member(node, "relation"));
  if (type == "OBJECT_TABLE") effect.reshaped = {{table, ""}, {{table.schema, text(node, "newname")}, ""}};
  if (type == "OBJECT_COLUMN") effect.reshaped = {{table, text(node, "subname")}, {table, text(node, "newname")}};
  if (type == "OBJECT_SCHEMA") effect.is_opaque = true;
}

void read_data(const std::string& type, const json& node, StatementEffect& effect) {
  if (type == "TruncateStmt") {
    for (const json& each : member(node, "relations")) effect.written.push_back(table_name(member(each, "RangeVar")));
    effect.is_opaque = text(node, "behavior") == "DROP_CASCADE";
    return;
  }
  effect.written.push_back(table_name(member(node, "relation")));
  effect.is_opaque =
      tree::has_node(member(node, "withClause"), {"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"});
}

/// Statements that change neither rows nor columns of tables that are there.
bool is_harmless(const std::string& type, const json& node) {
  if (type == "SelectStmt")
    return !tree::has_node(node, {"FuncCall", "IntoClause", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"});
  if (type == "VariableSetStmt")
    return !is_one_of(text(node, "name"), {"search_path", "role", "session_authorization"}) &&
           text(node, "kind") != "VAR_RESET_ALL";
  return is_one_of(type, {"CommentStmt",        "GrantStmt",          "GrantRoleStmt",
                          "CreateSeqStmt",      "AlterSeqStmt",       "CreateExtensionStmt",
                          "CreateEnumStmt",     "AlterEnumStmt",      "CompositeTypeStmt",
                          "CreateDomainStmt",   "CreateFunctionStmt", "AlterFunctionStmt",
                          "ViewStmt",           "CreatePolicyStmt",   "AlterPolicyStmt",
                          "AlterOwnerStmt",     "CreateStatsStmt",    "VacuumStmt",
                          "CreateRoleStmt",     "AlterExtensionStmt", "AlterDefaultPrivilegesStmt",
                          "RefreshMatViewStmt", "LockStmt",           "ConstraintsSetStmt",
                          "ReindexStmt",        "DefineStmt",         "AlterDomainStmt",
                          "SecLabelStmt",       "VariableShowStmt",   "ExplainStmt"});
}

void read_functions(const json& node, std::vector<std::string>& names) {
  if (node.is_array())
    for (const json& each : node) read_functions(each, names);
  if (!node.is_object()) return;
  for (const auto& [name, child] : node.items()) {
    if (name == "FuncCall")
      if (std::vector<std::string> path = texts(member(child, "funcname")); !path.empty())
        names.push_back(std::move(path.back()));
    read_functions(child, names);
  }
}

StatementEffect read(std::string_view statement) {
  const auto [type, node] = tree::only_node(statement);
  StatementEffect effect;
  if (type == "AlterTableStmt") {
    if (is_one_of(text(node, "objtype"), {"OBJECT_TABLE", "OBJECT_FOREIGN_TABLE"}))
      TableReader(statement, node, effect).alter(node);
  } else if (type == "IndexStmt") {
    TableReader(statement, node, effect).index(node);
  } else if (type == "CreateStmt") {
    effect.created = {table_name(member(node, "relation"))};
  } else if (type == "CreateTableAsStmt") {
    effect.created = {table_name(member(member(node, "into"), "rel"))};
  } else if (type == "CreateSchemaStmt") {
    effect.is_opaque = node.contains("schemaElts");
  } else if (type == "DropStmt") {
    read_drop(node, effect);
  } else if (type == "RenameStmt") {
    read_rename(node, effect);
  } else if (is_one_of(type, {"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt"})) {
    read_data(type, node, effect);
  } else {
    effect.is_opaque = !is_harmless(type, node);
  }
  return effect;
}

}  // namespace

std::optional<std::vector<std::string>> functions_called(std::string_view statement) {
  const auto [type, node] = tree::only_node(statement);
  if (type.empty()) return std::nullopt;
  std::vector<std::string> names;
  read_functions(node, names);
  return names;
}

StatementEffect effect_of(std::string_view statement) {
  try {
    return read(statement);
  } catch (const base::Error&) {
    // A name that cannot be quoted: the server will refuse it as well.
    StatementEffect effect;
    effect.is_opaque = true;
    return effect;
  }
}

}  // namespace postgres
