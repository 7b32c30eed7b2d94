// Plurals follow the rules of lua/check.lua.
#include "migrate/report/wording.hpp"

#include <fmt/format.h>

#include <cctype>

#include "base/text.hpp"

namespace migrate::report {

using nlohmann::ordered_json;

namespace {

bool is_plain(std::string_view name) {
  for (const char c : name)
    if (!std::islower(static_cast<unsigned char>(c)) && !std::isdigit(static_cast<unsigned char>(c)) && c != '_')
      return false;
  return !name.empty();
}

std::string singular(std::string noun) {
  if (noun.ends_with("ies") && noun.size() > 4) return noun.substr(0, noun.size() - 3) + "y";
  for (const char* ending : {"sses", "xes", "ches", "shes"})
    if (noun.ends_with(ending)) return noun.substr(0, noun.size() - 2);
  if (noun.ends_with("s") && !noun.ends_with("ss")) noun.pop_back();
  return noun;
}

std::string text(const ordered_json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : std::string();
}

}  // namespace

const ordered_json& at(const ordered_json& object, const char* key) {
  static const ordered_json null;
  return object.is_object() && object.contains(key) ? object[key] : null;
}

std::string size_text(const ordered_json& bytes) {
  return bytes.is_number() ? base::human_size(bytes.get<unsigned long long>()) : "not measured";
}

std::string duration_text(const ordered_json& milliseconds) {
  return milliseconds.is_number() ? base::human_duration(milliseconds.get<double>()) : "not measured";
}

std::string program_of(const ordered_json& document) {
  const ordered_json& environment = at(document, "environment");
  return environment.is_string() && !environment.get<std::string>().empty()
             ? "waxwing --env " + environment.get<std::string>()
             : "waxwing";
}

std::string command_line(const ordered_json& document) {
  const std::string command = document["command"].get<std::string>(), target = document["target"].get<std::string>();
  const std::string program = program_of(document);
  if (command == "fix") return fmt::format("{} fix run {} --commit", program, target);
  if (command != "fix undo") return fmt::format("{} {} {}", program, command, target);
  const ordered_json& undoes = at(document["fix"], "undoes");
  return fmt::format("{} fix undo {} --commit", program,
                     undoes.is_string() ? undoes.get<std::string>().substr(0, 8) : "");
}

std::string timed_text(const ordered_json& timed) {
  const ordered_json &milliseconds = at(timed, "milliseconds"), &error = at(timed, "error");
  if (error.is_string()) return error.get<std::string>();
  if (!milliseconds.is_number() || milliseconds.get<double>() >= 10) return duration_text(milliseconds);
  return fmt::format("{:.2f} ms", milliseconds.get<double>());
}

bool is_fast_enough(const ordered_json& benchmark) {
  const ordered_json &limit = at(benchmark, "within_ms"), &found = at(at(benchmark, "after"), "milliseconds");
  return !limit.is_number() || (found.is_number() && found.get<double>() <= limit.get<double>());
}

const char* noun_of_run(const ordered_json& document) {
  const std::string command = document["command"].get<std::string>();
  if (command == "restore") return "Restore";
  if (command.starts_with("fix")) return "Fix";
  return command == "run" ? "Script" : "Migration";
}

std::string short_name(const std::string& identity) {
  return identity.starts_with("public.") ? identity.substr(7) : identity;
}

std::string title_of_table(const std::string& identity) {
  std::string name = short_name(identity);
  if (!is_plain(name)) return name;
  bool starts_word = true;
  for (char& c : name) {
    if (c == '_') c = ' ';
    if (starts_word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    starts_word = c == ' ';
  }
  return name;
}

std::string rows_of_table(long long count, const std::string& identity) {
  const std::string name = short_name(identity);
  if (!is_plain(name)) return fmt::format("{} of {}", base::count_of(count, "row"), name);
  const std::string noun = base::replace_all(name, "_", " ");
  return fmt::format("{} {}", count, count == 1 ? singular(noun) : noun);
}

std::string rows_text(const ordered_json& rows, bool is_exact, const std::string& identity) {
  if (!rows.is_number()) return "not measured";
  return (is_exact ? "" : "about ") + rows_of_table(rows.get<long long>(), identity);
}

std::string minute(const std::string& time) { return time.substr(0, 16); }

std::string listed(const ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string words;
  for (const auto& [key, each] : value.items()) {
    const std::string said = each.is_string() ? each.get<std::string>() : each.dump();
    words += (words.empty() ? "" : ", ") + (value.is_object() ? fmt::format("{} ({})", key, said) : said);
  }
  return value.is_structured() ? words : value.dump();
}

std::string column_text(const ordered_json& name, const ordered_json& attributes) {
  std::string line = name.get<std::string>() + " " + text(attributes, "type");
  if (const std::string collation = text(attributes, "collation"); !collation.empty()) line += " COLLATE " + collation;
  if (text(attributes, "not null") == "true") line += " NOT NULL";
  if (const std::string value = text(attributes, "default"); !value.empty()) line += " DEFAULT " + value;
  if (const std::string value = text(attributes, "generated"); !value.empty()) line += " GENERATED ALWAYS AS " + value;
  if (const std::string value = text(attributes, "identity"); !value.empty())
    line += " GENERATED " + base::upper(value) + " AS IDENTITY";
  return line;
}

std::string index_text(const ordered_json& fact) {
  const ordered_json& attributes = fact["attributes"];
  std::string line = fact["name"].get<std::string>();
  if (fact["kind"] == "constraint") {
    const std::string type = text(attributes, "type");
    if (type == "primary key") line += " PRIMARY KEY,";
    if (type == "unique") line += " UNIQUE CONSTRAINT,";
    return line + " " + text(attributes, "index");
  }
  const std::string definition = text(attributes, "definition");
  if (definition.starts_with("CREATE UNIQUE")) line += " UNIQUE,";
  const std::size_t method = definition.find(" USING ");
  return line + " " + (method == definition.npos ? definition : definition.substr(method + 7));
}

}  // namespace migrate::report
