// The constraints that a table has.
#include "operations/constraint_lookup.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

constexpr const char* query = R"(
select c.conname, pg_catalog.pg_get_constraintdef(c.oid), a.attname, r.relname, c.contype
  from pg_catalog.pg_constraint c
  left join lateral pg_catalog.unnest(c.conkey) with ordinality k(attnum, position) on true
  left join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
  left join pg_catalog.pg_class r on r.oid = c.confrelid
 where c.conrelid = pg_catalog.to_regclass($1)::oid
 order by c.conname, k.position)";

}  // namespace

std::vector<ConstraintRow> read_constraints(postgres::Session& session, const std::string& schema,
                                            const std::string& table) {
  const postgres::Result result = session.query(query, {{quote_qualified(schema, table), postgres::oid::text}});
  std::vector<ConstraintRow> constraints;
  for (std::size_t row = 0; row < result.rows(); ++row) {
    if (constraints.empty() || constraints.back().name != result.value(row, 0))
      constraints.push_back(
          {result.text(row, 0), result.text(row, 1), {}, result.text(row, 3), result.value(row, 4) == "f"});
    if (!result.is_null(row, 2)) constraints.back().columns.push_back(result.text(row, 2));
  }
  return constraints;
}

std::string listed(const std::vector<ConstraintRow>& constraints) {
  std::vector<std::string> texts;
  for (const ConstraintRow& each : constraints) texts.push_back(fmt::format("{} ({})", each.name, each.definition));
  return base::join(texts, "; ");
}

void require_constraint(postgres::Session& session, std::string_view operation, const std::string& schema,
                        const std::string& table, const std::string& name) {
  if (!session.is_live()) return;
  const std::vector<ConstraintRow> constraints = read_constraints(session, schema, table);
  if (std::any_of(constraints.begin(), constraints.end(), [&](const ConstraintRow& each) { return each.name == name; }))
    return;
  const bool no_table =
      constraints.empty() &&
      session.query("select pg_catalog.to_regclass($1)", {{quote_qualified(schema, table), postgres::oid::text}})
          .is_null(0, 0);
  if (no_table) return;
  std::vector<std::string> names;
  for (const ConstraintRow& each : constraints) names.push_back(each.name);
  throw base::Error(base::code::constraint_not_found,
                    fmt::format("op.{}: {} has no constraint \"{}\"{}", operation, shown(schema, table), name,
                                base::did_you_mean_suffix(name, names)))
      .because(constraints.empty() ? "the table has no constraints" : "its constraints are " + listed(constraints));
}

}  // namespace operations
