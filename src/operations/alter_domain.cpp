// The operation op.alter_domain: its keys, its SQL and what undoes it.
#include "operations/sql.hpp"
#include "operations/type_operations.hpp"

namespace operations {

namespace {

std::vector<std::string> to_statements(const AlterDomain& op) {
  std::vector<std::string> statements;
  const auto act = [&](const std::string& action) {
    statements.push_back(fmt::format("ALTER DOMAIN {} {}", quote_qualified(op.schema, op.name), action));
  };
  if (op.default_value) act(*op.default_value ? "SET DEFAULT " + (*op.default_value)->sql : "DROP DEFAULT");
  if (op.not_null) act(*op.not_null ? "SET NOT NULL" : "DROP NOT NULL");
  if (!op.drop_constraint.empty()) act("DROP CONSTRAINT " + quote_identifier(op.drop_constraint));
  if (op.add_check) act("ADD " + to_sql(*op.add_check) + when(op.not_valid, "NOT VALID"));
  if (!op.validate_constraint.empty()) act("VALIDATE CONSTRAINT " + quote_identifier(op.validate_constraint));
  return statements;
}

}  // namespace

const Definition<AlterDomain>& AlterDomain::definition() {
  using Self = AlterDomain;
  static const auto alter_domain =
      operation<Self>("alter_domain", "Changes the default, nullability or conditions of a domain.")
          .required("name", &Self::name, "Domain to change.")
          .optional("default", &Self::default_value, "New default, an SQL expression; db.null drops it.")
          .optional("not_null", &Self::not_null, "true rejects nulls from now on, false allows them.")
          .optional("add_check", &Self::add_check, "Condition to add.")
          .optional("not_valid", &Self::not_valid, "With add_check: leaves values that exist unchecked.")
          .optional("drop_constraint", &Self::drop_constraint, "Condition to drop, by its name.")
          .optional("validate_constraint", &Self::validate_constraint,
                    "Condition to check on values that exist, by its name.")
          .optional("schema", &Self::schema, schema_doc)
          .check([](const Self& op) -> std::string { return to_statements(op).empty() ? "nothing to change" : ""; })
          .example(R"(op.alter_domain { name = "email", not_null = true })")
          .describe([](const Self& op) { return "alter domain " + shown(op.schema, op.name); })
          .sql(to_statements)
          .reverse([](const Self& op) -> std::optional<AlterDomain> {
            const bool only_check = op.add_check && !op.add_check->name.empty() && to_statements(op).size() == 1;
            if (!only_check) return std::nullopt;
            return AlterDomain{.schema = op.schema, .name = op.name, .drop_constraint = op.add_check->name};
          });
  return alter_domain;
}

}  // namespace operations
