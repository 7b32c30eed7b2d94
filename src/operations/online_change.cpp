// Names, and the record as JSON.
#include "operations/online_change.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/kept_json.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

constexpr std::size_t name_limit = 63;
constexpr const char* comment_start = "waxwing: online change ";
/// Triggers fire in the order of their names' bytes, and '~' is the last of ASCII.
constexpr const char* trigger_start = "~waxwing_";

/// Cut where it is too long, with a piece of its hash, so that it stays apart from its neighbours.
std::string fitted(const std::string& name, const std::string& suffix) {
  if (name.size() + suffix.size() <= name_limit) return name + suffix;
  const std::string hash = "_" + base::sha256_hex(name).substr(0, 6);
  std::size_t end = name_limit - suffix.size() - hash.size();
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return name.substr(0, end) + hash + suffix;
}

}  // namespace

std::string OnlineChange::twin_after(const std::string& name, bool is_swapped) {
  return fitted(name, is_swapped ? "__old" : "__new");
}

std::string OnlineChange::own_name(const TwinColumn& of) const {
  return is_renaming() && is_swapped ? renamed_to : of.name;
}

std::string OnlineChange::twin_name(const TwinColumn& of) const {
  return is_renaming() && is_swapped ? of.name : twin(of.name);
}

std::string OnlineChange::trigger() const { return fitted(trigger_start + table + "_" + column, ""); }

std::string OnlineChange::function(const TwinColumn& of_table) const {
  return quote_qualified(of_table.schema_name,
                         fitted(fmt::format("{}_with_{}_{}", of_table.table_name, table, column), "__sync"));
}

std::vector<const TwinColumn*> OnlineChange::table_columns() const {
  std::vector<const TwinColumn*> found;
  for (const TwinColumn& each : columns)
    if (std::none_of(found.begin(), found.end(), [&](const auto* known) { return known->table_oid == each.table_oid; }))
      found.push_back(&each);
  std::sort(found.begin(), found.end(), [](const auto* left, const auto* right) { return left->table < right->table; });
  return found;
}

std::vector<std::string> OnlineChange::tables() const {
  std::vector<std::string> names;
  for (const TwinColumn* each : table_columns()) names.push_back(each->table);
  return names;
}

std::vector<const TwinColumn*> OnlineChange::columns_of(const std::string& table_oid) const {
  std::vector<const TwinColumn*> found;
  for (const TwinColumn& each : columns)
    if (each.table_oid == table_oid) found.push_back(&each);
  return found;
}

const TwinColumn* OnlineChange::find(const std::string& table_oid, const std::string& name) const {
  for (const TwinColumn& each : columns)
    if (each.table_oid == table_oid && each.name == name) return &each;
  return nullptr;
}

std::string OnlineChange::shown() const { return fmt::format("{}.{}.{}", schema, table, column); }

std::string OnlineChange::to_comment() const {
  nlohmann::ordered_json json = {{"schema", schema}, {"table", table}, {"column", column}, {"is_swapped", is_swapped}};
  json["columns"] = nlohmann::ordered_json::array();
  for (const TwinColumn& each : columns)
    json["columns"].push_back({{"table_oid", each.table_oid},
                               {"table", each.table},
                               {"schema_name", each.schema_name},
                               {"table_name", each.table_name},
                               {"name", each.name},
                               {"old_type", each.old_type},
                               {"new_type", each.new_type},
                               {"first", each.first},
                               {"again", each.again},
                               {"back", each.back},
                               {"present", each.present},
                               {"default", each.default_sql},
                               {"moves_sequence", each.moves_sequence},
                               {"new_name_leads", each.new_name_leads},
                               {"stage", each.stage}});
  json["on_swap"] = on_swap;
  json["on_contract"] = on_contract;
  json["on_abort"] = on_abort;
  json["renamed_to"] = renamed_to;
  return comment_start + json.dump();
}

OnlineChange OnlineChange::from_comment(const std::string& comment) {
  const std::string text = comment.substr(std::string(comment_start).size());
  return base::read_kept_json(
      text, base::code::no_online_change, "the comment of an online change's function", [](const nlohmann::json& json) {
        OnlineChange change{json.at("schema"),  json.at("table"),       json.at("column"),   json.at("is_swapped"), {},
                            json.at("on_swap"), json.at("on_contract"), json.at("on_abort"), json.at("renamed_to")};
        for (const auto& each : json.at("columns"))
          change.columns.push_back({each.at("table_oid"), each.at("table"), each.at("schema_name"),
                                    each.at("table_name"), each.at("name"), each.at("old_type"), each.at("new_type"),
                                    each.at("first"), each.at("again"), each.at("back"), each.at("present"),
                                    each.at("default"), each.at("moves_sequence"), each.at("new_name_leads"),
                                    each.at("stage")});
        return change;
      });
}

std::optional<OnlineChange> find_online_change(postgres::Session& session, const std::string& table,
                                               const std::string& column) {
  const postgres::Result found = session.query(
      "SELECT pg_catalog.obj_description(t.tgfoid, 'pg_proc'), t.tgrelid::text, c.relname::text, n.nspname::text, "
      "pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON "
      "c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE t.tgrelid = "
      "pg_catalog.to_regclass($1)::pg_catalog.oid AND pg_catalog.starts_with(t.tgname::text, $2)",
      {{table, postgres::oid::text}, {trigger_start, postgres::oid::text}});
  for (std::size_t i = 0; i < found.rows(); ++i) {
    if (!found.text(i, 0).starts_with(comment_start)) continue;
    OnlineChange change = OnlineChange::from_comment(found.text(i, 0));
    const bool is_named = change.column == column || (change.is_renaming() && change.renamed_to == column);
    if (change.table == found.text(i, 2) && change.schema == found.text(i, 3) && is_named) return change;
  }
  return std::nullopt;
}

std::vector<OnlineChange> find_key_changes(postgres::Session& session, const std::string& schema) {
  const postgres::Result found = session.query(
      "SELECT pg_catalog.obj_description(t.tgfoid, 'pg_proc'), a.attname::text FROM pg_catalog.pg_trigger t JOIN "
      "pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN "
      "pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary JOIN pg_catalog.pg_attribute a ON a.attrelid = "
      "c.oid AND a.attnum = ANY (i.indkey) WHERE n.nspname::text = coalesce($1, pg_catalog.current_schema()::text) AND "
      "pg_catalog.starts_with(t.tgname::text, $2) ORDER BY c.relname",
      {{schema.empty() ? std::nullopt : std::optional<std::string>(schema), postgres::oid::text},
       {trigger_start, postgres::oid::text}});
  std::vector<OnlineChange> changes;
  for (std::size_t i = 0; i < found.rows(); ++i) {
    // Only the function of the table that a change is named after has its record.
    if (!found.text(i, 0).starts_with(comment_start)) continue;
    OnlineChange change = OnlineChange::from_comment(found.text(i, 0));
    if (change.column == found.text(i, 1)) changes.push_back(std::move(change));
  }
  return changes;
}

void refuse_under_way(postgres::Session& session, const std::string& operation,
                      const std::vector<std::string>& table_oids) {
  const postgres::Result found = session.query(
      "SELECT t.tgrelid::pg_catalog.regclass::text, pg_catalog.substr(t.tgname::text, 10) FROM pg_catalog.pg_trigger t "
      "WHERE t.tgrelid::text = ANY ($1::text[]) AND pg_catalog.starts_with(t.tgname::text, $2) LIMIT 1",
      {{"{" + base::join(table_oids, ",") + "}"}, {trigger_start, postgres::oid::text}});
  if (found.empty()) return;
  throw base::Error(base::code::online_change_under_way,
                    fmt::format("op.{}: an online change of {} is under way", operation, found.text(0, 0)))
      .because(fmt::format("its triggers are there: {}{}", trigger_start, found.text(0, 1)))
      .advise(
          "op.contract_primary_key, op.contract_all_primary_keys or op.contract_column_change ends it; op.abort_... "
          "takes it back");
}

}  // namespace operations
