// Values of a script as parameters of a statement.
#include "operations/parameters.hpp"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace operations {

namespace {

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (std::trunc(number) == number && std::abs(number) < 1e15) return fmt::format("{:.0f}", number);
  return fmt::format("{}", number);
}

nlohmann::ordered_json json_of(const base::Value& value) {
  if (const bool* yes = value.get_if<bool>()) return *yes;
  if (const auto* number = value.get_if<std::int64_t>()) return *number;
  if (const double* number = value.get_if<double>()) return *number;
  if (const auto* text = value.get_if<std::string>()) return *text;
  if (const auto* list = value.get_if<base::List>()) {
    auto array = nlohmann::ordered_json::array();
    for (const base::Value& each : *list) array.push_back(json_of(each));
    return array;
  }
  if (const auto* map = value.get_if<base::Map>()) {
    auto object = nlohmann::ordered_json::object();
    for (const auto& [key, each] : *map) object[key] = json_of(each);
    return object;
  }
  return nullptr;
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
  return {json_of(value).dump()};
}

postgres::Parameters parameters_of(const base::List& values) {
  postgres::Parameters parameters;
  for (const base::Value& each : values) parameters.push_back(parameter_of(each));
  return parameters;
}

}  // namespace operations
