// A mapping table, two functions that ask it, and the rest is the machinery of online changes.
#include "operations/retype_online.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "operations/key_change.hpp"
#include "operations/key_retyping.hpp"
#include "operations/key_target.hpp"
#include "operations/online_parts.hpp"
#include "operations/online_phases.hpp"
#include "operations/sql.hpp"

namespace operations {

using base::Error;
using postgres::Session;
namespace code = base::code;

namespace {

constexpr const char* definer = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp";

/// The functions that answer a key with its other side, and make a pair where there is none.
class MappedKeys {
 public:
  MappedKeys(KeyMapping mapping, std::string old_type, std::string new_type)
      : mapping_(std::move(mapping)), old_type_(std::move(old_type)), new_type_(std::move(new_type)) {}

  std::string to_new(const std::string& key, const std::string& proposal = "") const {
    return fmt::format("{}({}::{}{})", function("_new"), key, old_type_,
                       proposal.empty() ? "" : fmt::format(", ({})::{}", proposal, new_type_));
  }
  std::string to_old(const std::string& key, const std::string& type) const {
    return fmt::format("{}({}, waxwing_proposal::{})::{}", function("_old"), key, old_type_, type);
  }

  /// `make_new` and `make_old` are SQL in which `key` is the other side.
  std::vector<std::string> create(const MappingRecord& record, const std::string& make_new,
                                  const std::string& make_old) const {
    const auto function_sql = [&](const char* suffix, const std::string& from, const std::string& to,
                                  const std::string& body) {
      return fmt::format("CREATE FUNCTION {0}(key {1}, proposal {2} DEFAULT NULL) RETURNS {2} {3} AS {4}",
                         function(suffix), from, to, definer, quote_literal(body));
    };
    const auto body = [&](const char* answer, const char* asked, const std::string& to, const std::string& insert) {
      return fmt::format(
          "DECLARE\n  answer {0};\nBEGIN\n  IF key IS NULL THEN\n    RETURN NULL;\n  END IF;\n  LOOP\n    SELECT m.{1} "
          "INTO answer FROM {2} m WHERE m.{3} = key;\n    IF FOUND THEN\n      RETURN answer;\n    END IF;\n{4}  END "
          "LOOP;\nEND",
          to, answer, mapping_.table(), asked, insert);
    };
    const std::string unknown =
        "    IF proposal IS NULL THEN\n      RAISE EXCEPTION 'there is no key %', key USING ERRCODE = "
        "'foreign_key_violation';\n    END IF;\n";
    const std::string insert_new =
        fmt::format("{}    INSERT INTO {} (old, new) VALUES (key, {}) ON CONFLICT (old) DO NOTHING;\n",
                    make_new == "proposal" ? unknown : "", mapping_.table(), make_new);
    const std::string insert_old = fmt::format(
        "    INSERT INTO {} (old, new) VALUES (coalesce(proposal, {}), key) ON CONFLICT DO NOTHING;\n    proposal := "
        "NULL;\n",
        mapping_.table(), make_old);
    return {fmt::format("CREATE TABLE {} (old {} PRIMARY KEY, new {} NOT NULL UNIQUE)", mapping_.table(), old_type_,
                        new_type_),
            fmt::format("COMMENT ON TABLE {} IS {}", mapping_.table(), quote_literal(record.to_comment())),
            function_sql("_new", old_type_, new_type_, body("new", "old", new_type_, insert_new)),
            function_sql("_old", new_type_, old_type_, body("old", "new", old_type_, insert_old)),
            fmt::format("REVOKE ALL ON FUNCTION {}, {} FROM PUBLIC", signature("_new", old_type_, new_type_),
                        signature("_old", new_type_, old_type_))};
  }
  std::vector<std::string> drop(bool with_mapping) const {
    std::vector<std::string> statements = {fmt::format("DROP FUNCTION {}, {}", signature("_new", old_type_, new_type_),
                                                       signature("_old", new_type_, old_type_))};
    if (with_mapping) statements.push_back("DROP TABLE " + mapping_.table());
    return statements;
  }
  std::string numbers() const { return function("_numbers"); }

 private:
  std::string function(const char* suffix) const { return quote_qualified(mapping_.schema, mapping_.name + suffix); }
  std::string signature(const char* suffix, const std::string& from, const std::string& to) const {
    return fmt::format("{}({}, {})", function(suffix), from, to);
  }
  KeyMapping mapping_;
  std::string old_type_, new_type_;
};

/// With `using` only the key's own row can make its new key, so it has to be there before what refers to it.
void refuse_early_references(const std::string& operation, const KeyGraph& graph) {
  for (const KeyConstraint& each : graph.constraints) {
    const bool is_deferrable = each.definition.find(" DEFERRABLE") != std::string::npos;
    if (!is_deferrable && each.table != each.referenced) continue;
    throw Error(code::online_refused,
                fmt::format("op.{}: the foreign key {} of {} lets a row come before the key that it refers to",
                            operation, each.name, each.table))
        .because("`using` makes a new key of the key's own row, which is not there yet")
        .advise("leave `using` out, or change the keys offline: leave strategy = \"online\" out");
  }
}

/// The values stay, so nothing needs to be looked up.
void make_wider(OnlineChange& change, const KeyDomain& domain, const std::string& to) {
  for (const KeyColumn& column : domain.columns) {
    TwinColumn twin = twin_of(column, to);
    const std::string name = quote_identifier(column.name);
    twin.first = twin.again = name + "::" + to;
    twin.back = name + "::" + column.type;
    twin.moves_sequence = makes_keys(column);
    if (!twin.moves_sequence && !column.default_sql.empty())
      twin.default_sql = fmt::format("({})::{}", column.default_sql, to);
    change.columns.push_back(std::move(twin));
  }
}

/// What makes old keys of rows that come after the swap; `helper` is a sequence of its own, where one is needed.
std::string old_key_sql(const std::string& operation, const KeyDomain& domain, const MappingRecord& record,
                        const std::string& type, const std::string& numbers, bool& needs_numbers) {
  if (is_integer(type)) {
    const ColumnRecord* key = record.find(domain.key().table, domain.key().name);
    needs_numbers = !key || key->sequence.empty();
    return fmt::format("nextval({})::{}", quote_literal(needs_numbers ? numbers : key->sequence), type);
  }
  if (type == "uuid") return "gen_random_uuid()";
  if (type == "text" || type.starts_with("character varying")) return "key::text";
  throw Error(
      code::online_refused,
      fmt::format("op.{}: rows that come after the swap need an old key, and a {} cannot be made up", operation, type))
      .because("an abort must lead back with all that was written since")
      .advise("change the keys offline: leave strategy = \"online\" out");
}

/// Keys that nothing can be computed from: a mapping table knows both sides.
void make_mapped(Session& session, const std::string& operation, OnlinePlan& plan, const KeyDomain& domain,
                 const KeyTarget& target, const std::string& to) {
  OnlineChange& change = plan.change;
  const std::string type = common_type(domain), make = new_key_sql(operation, domain.key(), target, to);
  const KeyMapping mapping = mapping_of(domain, target.mapping_schema);
  const MappedKeys keys(mapping, type, to);
  const MappingRecord record = record_of(session, domain);
  bool needs_numbers = false;
  const std::string make_old = old_key_sql(operation, domain, record, type, keys.numbers(), needs_numbers);
  const std::string make_new = !target.using_expression.empty() ? "proposal" : to == "uuid" ? make : "key::" + to;
  if (needs_numbers) {
    plan.helpers.push_back("CREATE SEQUENCE " + keys.numbers());
    // Behind all that are there.
    change.on_swap.push_back(
        fmt::format("SELECT pg_catalog.setval({}, greatest(pg_catalog.max(old), 0) + 1, false) "
                    "FROM {}",
                    quote_literal(keys.numbers()), mapping.table()));
  }
  const auto append = [](std::vector<std::string>& to_list, const std::vector<std::string>& statements) {
    to_list.insert(to_list.end(), statements.begin(), statements.end());
  };
  append(plan.helpers, keys.create(record, make_new, make_old));
  append(change.on_contract, keys.drop(!target.keep_mapping));
  append(change.on_abort, keys.drop(true));
  if (needs_numbers)
    for (auto* statements : {&change.on_contract, &change.on_abort})
      statements->push_back("DROP SEQUENCE " + keys.numbers());
  const std::vector<std::size_t> sources = domain.sources();
  for (std::size_t i = 0; i < domain.columns.size(); ++i) {
    const KeyColumn& column = domain.columns[i];
    if (!makes_keys(column) && !column.default_sql.empty())
      throw Error(code::online_refused,
                  fmt::format("op.{}: {} has a default that is one fixed key", operation, column.shown()))
          .because(fmt::format("its default is {}", column.default_sql))
          .advise("drop the default before and set a new one after; or leave strategy = \"online\" out");
    TwinColumn twin = twin_of(column, to);
    const std::string name = quote_identifier(column.name);
    twin.again = keys.to_new(name);
    twin.first = i == domain.root && make_new == "proposal" ? keys.to_new(name, target.using_expression) : twin.again;
    twin.back = keys.to_old(name, column.type);
    twin.default_sql = new_default(column, target, to);
    twin.stage = std::find(sources.begin(), sources.end(), i) == sources.end() ? 1 : 0;
    change.columns.push_back(std::move(twin));
  }
}

/// The change is found by the first key that was asked for.
void name_change(OnlineChange& change, const KeyGraph& graph, const KeyStart& first) {
  for (const KeyDomain& domain : graph.domains)
    for (const KeyColumn& each : domain.columns) {
      if (each.table_oid != first.table_oid || each.name != first.column) continue;
      change.schema = each.schema_name;
      change.table = each.table_name;
      change.column = each.name;
    }
}

}  // namespace

OnlinePlan plan_keys_online(Session& session, const std::string& operation, const std::vector<KeyStart>& starts,
                            const KeyTarget& target) {
  OnlinePlan plan;
  const std::string to = canonical_type(session, target.to);
  const std::vector<UndeclaredReference> undeclared = undeclared_in(session, operation, starts, target);
  KeyGraph graph;
  with_catalogue_path(session, [&] { graph = read_key_graph(session, starts, undeclared); });
  name_change(plan.change, graph, starts.front());
  if (!target.using_expression.empty()) refuse_early_references(operation, graph);
  for (const KeyDomain& domain : graph.domains) {
    if (is_integer(to) && is_integer(domain.key().type) && target.using_expression.empty())
      make_wider(plan.change, domain, to);
    else
      make_mapped(session, operation, plan, domain, target, to);
  }
  return plan;
}

void retype_keys_online(Session& session, Notes& notes, const std::string& operation,
                        const std::vector<KeyStart>& starts, const KeyTarget& target) {
  if (starts.empty()) return notes.note(operation + " found no key to change");
  expand_online(session, notes, operation, [&] { return plan_keys_online(session, operation, starts, target); });
}

}  // namespace operations
