// A data fix: a script that changes rows by hand, once, with a reason, and that can be undone.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "script/migration.hpp"

namespace script {

/// `params = { tenant = { "Tenant id", type = "uuid", required = true, default = ..., secret = true } }`
struct FixParameter {
  std::string name, doc;
  /// Any type of PostgreSQL, as SQL writes it.
  std::string type = "text";
  bool is_required = false, is_secret = false;
  std::optional<std::string> fallback;
};

/// What `fix { ... }` says.
struct FixHeader {
  std::string name, reason, ticket;
  /// In the order of their names.
  std::vector<FixParameter> parameters;
  /// How many rows may change at least and at most.
  std::optional<long long> least_rows, most_rows;
  /// Must be applied; empty for any.
  std::string needs_revision;
  std::vector<std::string> touches;
  /// Columns that tell rows apart, by table, for tables without a primary key.
  std::map<std::string, std::vector<std::string>> identify_by;
};

/// Its upgrade() is the function f.run with the parameters given before.
class Fix : public Migration {
 public:
  virtual const FixHeader& fix() const = 0;
  /// The one row of `values` becomes the argument of f.run: a column for each parameter.
  virtual void set_parameters(postgres::Result values) = 0;
};

/// Opens a fix without running it. Throws code::bad_fix, code::script_syntax.
std::unique_ptr<Fix> open_fix(const std::string& path, const std::string& shown_as, const Surroundings& surroundings);

}  // namespace script
