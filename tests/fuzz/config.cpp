// The table that waxwing.lua returns, and flags. An input is a line with an environment's name, then bytes that choose
// settings and make their values.
#include "migrate/config.hpp"

#include <ctime>

#include "migrate/plugins.hpp"
#include "migrate/policy.hpp"
#include "migrate/saved_queries.hpp"
#include "postgres/url.hpp"
#include "support/input.hpp"
#include "support/values.hpp"

namespace {

using base::List;
using base::Map;
using base::Value;
using migrate::Config;
using migrate::ConfigKey;

/// A value that fits the key's type, mostly.
Value value_for(const ConfigKey& key, fuzz::Input& input) {
  const std::string_view type = key.type;
  if (input.below(8) == 7) return fuzz::anything(input);
  if (input.below(16) == 15) return Map{{"env", std::string(input.line())}};
  if (type == "string") return std::string(input.line());
  if (type == "boolean") return input.below(2) == 1;
  if (type == "integer") return static_cast<std::int64_t>(input.below(256)) * (input.below(2) ? 1 : -100000);
  if (type == "table") {
    Map map;
    for (std::size_t left = input.below(4); left > 0; --left) {
      std::string name(input.line());
      Value each = input.below(2) ? Value(std::string(input.line())) : fuzz::anything(input);
      map.emplace_back(std::move(name), std::move(each));
    }
    return map;
  }
  List list;
  for (std::size_t left = input.below(4); left > 0; --left) {
    switch (input.below(4)) {
      case 0:
        list.push_back(Map{{"name", std::string(input.line())}, {"allow", List{std::string(input.line())}}});
        break;
      case 1: list.push_back(fuzz::anything(input)); break;
      default: list.push_back(std::string(input.line()));
    }
  }
  return list;
}

Map settings(fuzz::Input& input) {
  const auto& keys = migrate::config_keys();
  Map map;
  for (std::size_t left = input.below(6); left > 0; --left) {
    const std::size_t chosen = input.below(keys.size() + 1);
    if (chosen == keys.size()) {
      std::string name(input.line());
      map.emplace_back(std::move(name), fuzz::anything(input));
    } else {
      map.emplace_back(keys[chosen].name, value_for(keys[chosen], input));
    }
  }
  return map;
}

/// What the commands do with settings that were taken.
void use(const Config& config) {
  for (const ConfigKey& key : migrate::config_keys()) {
    const Value& value = config[key.name].value;
    const bool is_missing = value.find("env") != nullptr;
    const std::string_view type = value.type_name();
    const bool fits = value.is_nil() || is_missing || type == key.type || type == "table" || type == "list";
    fuzz::require(fits, "a setting that is taken has its type", key.name);
    fuzz::succeeds([&] { config.text(key.name); });
    config.integer(key.name);
    config.boolean(key.name);
    config.list(key.name);
    fuzz::require(value.is_nil() || !config[key.name].source.empty(), "a setting says where it comes from", key.name);
  }
  fuzz::succeeds([&] { migrate::plugin_entries(config); });
  fuzz::succeeds([&] {
    std::tm monday_noon{};
    monday_noon.tm_wday = 1;
    monday_noon.tm_hour = 12;
    migrate::is_within_hours(config.text("allowed_hours"), monday_noon);
  });
  fuzz::succeeds([&] { postgres::Url::parse(config.text("url"), "waxwing.lua"); });
  if (const Map* queries = config["queries"].value.get_if<Map>())
    for (const auto& [name, query] : *queries)
      if (const std::string* sql = query.get_if<std::string>()) {
        std::vector<std::string> names;
        migrate::number_parameters(*sql, names);
      }
}

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  const std::string environment(input.line());
  Map table = settings(input);
  if (input.below(2)) table.emplace_back("environments", Map{{environment, settings(input)}});
  std::map<std::string, std::string> flags;
  if (input.below(2)) {
    const auto& keys = migrate::config_keys();
    const std::string name = keys[input.below(keys.size())].name;
    flags[name] = std::string(input.line());
  }
  fuzz::succeeds([&] {
    const Config config(table, "waxwing.lua", environment, flags);
    use(config);
    for (const auto& [name, text] : flags)
      if (config[name].value.get_if<std::string>())
        fuzz::require(config.text(name) == text, "a flag is taken as it was given", name);
  });
}
