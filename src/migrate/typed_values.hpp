// Values that people give as text, read by the server: a type means here what it means in SQL.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "postgres/session.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

struct GivenValue {
  std::string name, type;
  /// Nothing is NULL.
  std::optional<std::string> text;
};

struct TypedValues {
  /// The one row that a script gets; no row where there are no values.
  postgres::Result row;
  /// As the server writes them, in the order given.
  std::vector<std::optional<std::string>> texts;
};

/// One query for each value that is there, so that the one that is wrong can be named, and one for them all. `refusal`
/// makes the error for the value at this place, from what the server said.
TypedValues read_values(postgres::Session& session, const std::vector<GivenValue>& given,
                        const std::function<base::Error(std::size_t, const postgres::SqlError&)>& refusal);

}  // namespace migrate
