// Operations on privileges and comments, which exist for every kind of object.
#pragma once
#include <optional>
#include <string>

#include "operations/operation_builder.hpp"
#include "operations/table_parts.hpp"

namespace operations {

/// What grant and revoke share: which privileges on which objects.
struct Privileges {
  Names privileges{};
  Text on = "table";
  Names names{};
  Text schema{};
  Names columns{};
  std::optional<Names> arguments{};
  static constexpr const char* lua_class = "waxwing.privileges";
  static const Fields<Privileges>& fields();
  std::string problem() const;
};
/// `SELECT, INSERT ON TABLE "orders"`
std::string to_sql(const Privileges&);

struct Grant {
  Privileges what{};
  Names roles{};
  bool grant_option = false;
  static const Definition<Grant>& definition();
};

struct Revoke {
  Privileges what{};
  Names roles{};
  bool grant_option = false, cascade = false;
  static const Definition<Revoke>& definition();
};

struct Comment {
  Text on{}, schema{}, table{}, name{};
  std::optional<Names> arguments{};
  std::optional<std::optional<Text>> text{};
  static const Definition<Comment>& definition();
};

}  // namespace operations
