// The operation op.alter_extension: its keys, its SQL and what undoes it.
#include "operations/schema_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Definition<AlterExtension>& AlterExtension::definition() {
  using Self = AlterExtension;
  static const auto alter_extension =
      operation<Self>("alter_extension", "Updates an extension.")
          .required("name", &Self::name, "Extension.")
          .optional("version", &Self::version, "Version; the newest when left out.")
          .example(R"(op.alter_extension { name = "pg_trgm" })")
          .describe([](const Self& op) { return "update extension " + shown("", op.name); })
          .sql([](const Self& op) {
            return fmt::format("ALTER EXTENSION {} UPDATE{}", quote_identifier(op.name),
                               op.version.empty() ? "" : " TO " + quote_literal(op.version));
          });
  return alter_extension;
}

}  // namespace operations
