// Words first, then values.
#include "migrate/script_options.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "migrate/typed_values.hpp"

namespace migrate {

using base::Error;
using script::ScriptInfo;
using script::ScriptOption;
namespace code = base::code;

namespace {

Error wrong(const ScriptInfo& script, const ScriptOption* option, const std::string& what) {
  Error error(code::bad_script_option, what);
  error.at(option && option->line > 0 ? fmt::format("{}:{}", script.path, option->line) : script.path);
  error.advise(fmt::format("waxwing run {} --help", script.path));
  return error;
}

std::string described(const ScriptOption& option) {
  return option.doc.empty() ? "its type is " + option.type : fmt::format("{} ({})", option.doc, option.type);
}

const ScriptOption* find(const ScriptInfo& script, const std::string& flag) {
  const std::string wanted = base::replace_all(flag, "_", "-");
  for (const ScriptOption& each : script.options)
    if (each.flag() == wanted) return &each;
  return nullptr;
}

Error unknown(const ScriptInfo& script, const std::string& flag) {
  std::vector<std::string> flags;
  for (const ScriptOption& each : script.options) flags.push_back(each.flag());
  return wrong(script, nullptr, fmt::format("unknown option {}{}", flag, base::did_you_mean_suffix(flag, flags)))
      .because(flags.empty() ? "the script has no options" : "the script has " + base::join(flags, ", "));
}

bool is_option(const std::string& word) {
  // A number is a word: -5.
  return word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9') && word[1] != '.';
}

}  // namespace

ScriptWords read_script_words(const ScriptInfo& script, const std::vector<std::string>& words) {
  if (!script.is_declared) return {{}, words};
  ScriptWords read;
  bool only_words = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_words || !is_option(word)) {
      read.words.push_back(word);
      continue;
    }
    if (word == "--") {
      only_words = true;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string flag = word.substr(0, equals);
    const ScriptOption* option = find(script, flag);
    if (!option && flag.starts_with("--no-") && equals == std::string::npos) {
      option = find(script, "--" + flag.substr(5));
      if (!option || !option->is_boolean()) throw unknown(script, flag);
      read.options[option->name] = "false";
      continue;
    }
    if (!option) throw unknown(script, flag);
    if (equals != std::string::npos)
      read.options[option->name] = word.substr(equals + 1);
    else if (option->is_boolean())
      read.options[option->name] = "true";
    else if (i + 1 < words.size() && (!is_option(words[i + 1]) || words[i + 1] == "-"))
      read.options[option->name] = words[++i];
    else
      throw wrong(script, option, fmt::format("{} needs a value", flag)).because(described(*option));
    if (option->is_secret) base::register_secret(read.options[option->name]);
  }
  for (const ScriptOption& each : script.options) {
    if (read.options.contains(each.name)) continue;
    if (each.fallback)
      read.options[each.name] = *each.fallback;
    else if (each.is_required)
      throw wrong(script, &each, fmt::format("{} is missing", each.flag())).because(described(each));
    else if (each.is_boolean())
      read.options[each.name] = "false";
  }
  return read;
}

postgres::Result convert_options(postgres::Session& session, const ScriptInfo& script,
                                 const std::map<std::string, std::string>& given) {
  std::vector<GivenValue> values;
  for (const ScriptOption& each : script.options) {
    const auto found = given.find(each.name);
    values.push_back({each.name, each.type, found == given.end() ? std::nullopt : std::optional(found->second)});
  }
  return read_values(session, values,
                     [&](std::size_t at, const postgres::SqlError& error) {
                       const ScriptOption& option = script.options[at];
                       return wrong(script, &option,
                                    fmt::format("{} is no {}: \"{}\"", option.flag(), option.type,
                                                option.is_secret ? "***" : values[at].text.value_or("")))
                           .because(error.diagnostics().message);
                     })
      .row;
}

}  // namespace migrate
