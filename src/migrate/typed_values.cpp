// Each is asked for alone, so that the one that is no value of its type can be named.
#include "migrate/typed_values.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/quote.hpp"

namespace migrate {

TypedValues read_values(postgres::Session& session, const std::vector<GivenValue>& given,
                        const std::function<base::Error(std::size_t, const postgres::SqlError&)>& refusal) {
  TypedValues typed;
  postgres::Parameters parameters;
  std::vector<std::string> columns;
  for (const GivenValue& each : given) {
    parameters.push_back({each.text});
    columns.push_back(
        fmt::format("${}::{} AS {}", parameters.size(), each.type, postgres::quote_identifier(each.name)));
    typed.texts.emplace_back();
    try {
      const postgres::Result value = session.query(fmt::format("SELECT ($1::{})::text", each.type), {{each.text}});
      if (!value.is_null(0, 0)) typed.texts.back() = value.text(0, 0);
    } catch (const postgres::SqlError& error) {
      throw refusal(parameters.size() - 1, error);
    }
  }
  if (!columns.empty()) typed.row = session.query("SELECT " + base::join(columns, ", "), parameters);
  return typed;
}

}  // namespace migrate
