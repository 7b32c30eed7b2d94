// Values of a script as parameters of a statement.
#include "operations/parameters.hpp"

#include <fmt/core.h>

#include <cmath>

#include "base/value_json.hpp"

namespace operations {

namespace {

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (std::trunc(number) == number && std::abs(number) < 1e15) return fmt::format("{:.0f}", number);
  return fmt::format("{}", number);
}

/// Every element quoted, so that neither an empty text nor the word null is mistaken (PostgreSQL documentation 8.15.6).
std::string array_text(const base::List& list) {
  std::string result = "{";
  for (const base::Value& each : list) {
    if (result.size() > 1) result += ',';
    if (const auto* inner = each.get_if<base::List>()) {
      result += array_text(*inner);
      continue;
    }
    const postgres::Parameter element = parameter_of(each);
    if (!element.text) {
      result += "NULL";
      continue;
    }
    result += '"';
    for (const char c : *element.text) {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    result += '"';
  }
  return result + "}";
}

}  // namespace

postgres::Parameter parameter_of(const base::Value& value) {
  if (value.is_nil() || value.is_sql_null()) return {};
  if (const bool* yes = value.get_if<bool>()) return {*yes ? "true" : "false"};
  if (const auto* number = value.get_if<std::int64_t>()) return {std::to_string(*number)};
  if (const double* number = value.get_if<double>()) return {number_text(*number)};
  if (const auto* text = value.get_if<std::string>()) return {*text};
  if (const auto* list = value.get_if<base::List>()) return {array_text(*list)};
  return {base::json_text(value)};
}

postgres::Parameters parameters_of(const base::List& values) {
  postgres::Parameters parameters;
  for (const base::Value& each : values) parameters.push_back(parameter_of(each));
  return parameters;
}

}  // namespace operations
