// Checks and layers the settings.
#include "migrate/config.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = {
      {"url", "string", nullptr,
       "The database: a URL, libpq's key=value form, or \"private\". Usually env(\"DATABASE_URL\").", true},
      {"migrations", "string", "migrations", "Folder of the migrations, relative to waxwing.lua.", false},
      {"modules", "list", nullptr,
       "Folders that `require` searches, relative to waxwing.lua; the migrations folder's `lib` by default.", false},
      {"plugins", "list", nullptr,
       "Plugins by name, in the order in which they are told of a run: \"timing\", or { name = \"services\", allow = "
       "{ \"shell\" }, ...options }.",
       true},
      {"allow", "list", nullptr,
       "What migrations, checks and fixes may use beyond the database: \"http\", \"shell\", \"files\".", true},
      {"environment", "string", nullptr, "The environment used when neither --env nor WAXWING_ENV names one.", false},
      {"environments", "table", nullptr,
       "Named sets of settings, such as { production = { url = ..., confirm = \"typed\" } }.", false},
      {"search_path", "string", nullptr,
       "search_path of the session; the role's own when not set. pg_temp is always put last.", true},
      {"ledger_schema", "string", "waxwing", "Schema that holds the ledger.", true},
      {"lock_timeout_ms", "integer", "100",
       "How long a definition (create, alter, drop) waits for a lock before its step gives all locks back and tries "
       "again, in milliseconds.",
       true},
      {"row_lock_timeout_ms", "integer", "5000", "The same for statements that change rows (insert, update, delete).",
       true},
      {"retry_deadline_ms", "integer", "60000",
       "How long a step is tried again after a lock timeout or a deadlock, in milliseconds.", true},
      {"statement_timeout_ms", "integer", "0", "How long one definition may run, in milliseconds; 0 for no limit.",
       true},
      {"row_statement_timeout_ms", "integer", "0", "The same for statements that change rows.", true},
      {"reconnect_s", "integer", "30", "How long to try to get a lost connection back, in seconds.", true},
      {"lock_wait_s", "integer", "60", "How long to wait for another migrator to finish, in seconds.", true},
      {"confirm", "string", nullptr, "\"typed\": destructive commands want the database's name.", true},
      {"allowed_hours", "string", nullptr,
       "When upgrades and downgrades may run, in local time: \"Mon-Fri 20:00-06:00, Sat-Sun 00:00-24:00\".", true},
      {"require_preflight", "boolean", "false", "Refuse upgrades to migrations that declare no checks.", true},
      {"contacts", "list", nullptr, "Whom to ask when a run fails, such as \"DBA: Ada, +44 20 7946 0001\".", true},
      {"backup_folder", "string", "backups", "Folder of the backups, relative to waxwing.lua.", true},
      {"fix_retention_days", "integer", "30",
       "How long the rows from before a fix are kept for its undo, in days; 0 for ever. Older ones go with the next "
       "fix.",
       true},
      {"require_backup", "boolean", "false",
       "true: refuse irreversible and destructive revisions without a proved backup of the database as it is now; not "
       "set: irreversible ones; false: neither.",
       true},
      {"probes", "boolean", "true",
       "Try after an upgrade, in a savepoint, whether each new constraint refuses what it must and lets the rest pass.",
       true},
      {"auto_preflight", "boolean", "true",
       "Look for rows that do not fit the constraints which a migration will add, before it runs.", true},
      {"template", "string", nullptr, "File that `waxwing revision` fills in, relative to waxwing.lua.", false},
      {"slug_length", "integer", "40", "Longest slug in a migration's file name, in characters.", false},
      {"log_file", "string", nullptr, "File that the log is appended to as well, relative to waxwing.lua.", true},
      {"application", "table", nullptr,
       "Commands that `waxwing rollback-plan` and `waxwing run-book` fill in: { stop = ..., start = ..., deploy = ..., "
       "health = ..., maintenance_on = ..., maintenance_off = ... }.",
       true},
      {"run_book", "list", nullptr,
       "What `waxwing run-book REV --execute` does, in its order: { { name = \"backup\", command = \"waxwing backup\" "
       "}, "
       "... }; {revision} in a command is REV.",
       true},
      {"queries", "table", nullptr,
       "Saved queries by name for `waxwing query`: a text, or { sql = ..., description = ... }. Files of queries/ are "
       "others.",
       false},
      {"memory_limit_mb", "integer", "512", "Memory that one script may use, in MiB.", true},
      {"jit", "boolean", "false", "Compile scripts just in time; a runaway loop can then not be interrupted.", true},
  };
  return keys;
}

namespace {

const ConfigKey* find_key(const std::string& name) {
  for (const ConfigKey& key : config_keys())
    if (name == key.name) return &key;
  return nullptr;
}

bool has_type(const base::Value& value, std::string_view type) {
  if (type == "integer") return value.type_name() == "integer";
  if (type == "list")
    return value.type_name() == "list" || (value.get_if<base::Map>() && value.get_if<base::Map>()->empty());
  if (type == "table")
    return value.type_name() == "table" || (value.get_if<base::List>() && value.get_if<base::List>()->empty());
  return value.type_name() == type;
}

/// A setting given as text: a flag, an environment variable or a default.
base::Value from_text(const ConfigKey& key, const std::string& text, const std::string& source) {
  const std::string_view type = key.type;
  if (type == "boolean") {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
  } else if (type == "integer") {
    char* end = nullptr;
    const long long number = std::strtoll(text.c_str(), &end, 10);
    if (!text.empty() && *end == '\0') return std::int64_t{number};
  } else if (type == "list") {
    base::List list;
    for (const std::string& part : base::split(text, ',')) list.emplace_back(std::string(base::trim(part)));
    return list;
  } else {
    return text;
  }
  throw Error(code::bad_config, fmt::format("{} is not valid", source))
      .because(fmt::format("{} must be {}, got \"{}\"", key.name, type, text));
}

}  // namespace

Config::Config(const base::Value& table, const std::string& file, const std::string& environment,
               const std::map<std::string, std::string>& flags)
    : file_(file), environment_(environment) {
  for (const ConfigKey& key : config_keys())
    settings_[key.name] = {key.fallback ? from_text(key, key.fallback, "default") : base::Value(),
                           key.fallback ? "default" : ""};
  read_table(table, file, false);
  if (const base::Value* environments = table.find("environments"); environments && environments->get_if<base::Map>())
    for (const auto& [name, value] : *environments->get_if<base::Map>()) environment_names_.push_back(name);
  if (environment_.empty() && has("environment")) environment_ = text("environment");
  if (!environment_.empty()) {
    const base::Value* environments = table.find("environments");
    const base::Value* chosen = environments ? environments->find(environment_) : nullptr;
    if (!chosen)
      throw Error(code::bad_config, fmt::format("there is no environment \"{}\"{}", environment_,
                                                base::did_you_mean_suffix(environment_, environment_names_)))
          .at(file)
          .because(environment_names_.empty() ? "waxwing.lua has no environments"
                                              : "environments are " + base::join(environment_names_, ", "));
    read_table(*chosen, fmt::format("{}, environment {}", file, environment_), true);
  }
  read_overrides(flags);
}

void Config::read_table(const base::Value& table, const std::string& source, bool is_environment) {
  const base::Map* map = table.get_if<base::Map>();
  if (!map) {
    if (const base::List* list = table.get_if<base::List>(); list && list->empty()) return;
    throw Error(code::bad_config, fmt::format("{} is not a table of settings", source))
        .because(fmt::format("it is a {}", table.type_name()));
  }
  for (const auto& [name, value] : *map) {
    const ConfigKey* key = find_key(name);
    if (!key || (is_environment && !key->per_environment)) {
      std::vector<std::string> names;
      for (const ConfigKey& each : config_keys())
        if (!is_environment || each.per_environment) names.emplace_back(each.name);
      throw Error(code::bad_config,
                  key ? fmt::format("\"{}\" cannot be set for one environment", name)
                      : fmt::format("unknown setting \"{}\"{}", name, base::did_you_mean_suffix(name, names)))
          .at(source)
          .because("settings are " + base::join(names, ", "))
          .advise("waxwing help config");
    }
    set(*key, value, source);
  }
}

void Config::read_overrides(const std::map<std::string, std::string>& flags) {
  for (const ConfigKey& key : config_keys()) {
    const std::string variable = "WAXWING_" + base::upper(key.name);
    if (const char* value = std::getenv(variable.c_str()); value && *value)
      set(key, from_text(key, value, variable), variable);
  }
  for (const auto& [name, value] : flags)
    if (const ConfigKey* key = find_key(name)) {
      const std::string flag = "--" + base::replace_all(name, "_", "-");
      set(*key, from_text(*key, value, flag), flag);
    }
}

void Config::set(const ConfigKey& key, base::Value value, std::string source) {
  // A variable that is not set arrives as { env = NAME }, so that it matters only when the setting is used.
  const base::Value* missing = value.find("env");
  if (!missing && !has_type(value, key.type))
    throw Error(code::bad_config, fmt::format("{} must be {}, got {}", key.name, key.type, value.type_name()))
        .at(source);
  settings_[key.name] = {std::move(value), std::move(source)};
}

const Setting& Config::operator[](const std::string& key) const { return settings_.at(key); }

std::string Config::text(const std::string& key) const {
  const Setting& setting = settings_.at(key);
  if (const base::Value* missing = setting.value.find("env"); missing && missing->get_if<std::string>()) {
    const std::string& name = *missing->get_if<std::string>();
    throw Error(key == "url" ? code::no_url : code::bad_config, fmt::format("{} is not set", name))
        .at(setting.source)
        .because(fmt::format("{} = env(\"{}\"), and neither the environment nor .env has {}", key, name, name))
        .advise(
            key == "url"
                ? "export DATABASE_URL=postgres://user@host:5432/name, or give --url; `--url private` needs no server"
                : fmt::format("export {}=...", name));
  }
  const std::string* text = setting.value.get_if<std::string>();
  return text ? *text : std::string();
}

long long Config::integer(const std::string& key) const {
  const std::int64_t* number = settings_.at(key).value.get_if<std::int64_t>();
  return number ? *number : 0;
}

bool Config::boolean(const std::string& key) const {
  const bool* value = settings_.at(key).value.get_if<bool>();
  return value && *value;
}

std::vector<std::string> Config::list(const std::string& key) const {
  std::vector<std::string> texts;
  if (const base::List* list = settings_.at(key).value.get_if<base::List>())
    for (const base::Value& value : *list)
      if (const std::string* text = value.get_if<std::string>()) texts.push_back(*text);
  return texts;
}

}  // namespace migrate
