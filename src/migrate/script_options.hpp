// The options of a script: from the words of a command line to values of PostgreSQL's types.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "postgres/session.hpp"
#include "script/script_file.hpp"

namespace migrate {

/// What the command line says to a script.
struct ScriptWords {
  /// Values as they were written, by the option's name; defaults are among them.
  std::map<std::string, std::string> options;
  /// Words that are no options.
  std::vector<std::string> words;
};

/// Reads `--dry-run`, `--no-dry-run`, `--limit 5` and `--limit=5`; behind `--` all is words. A script without a
/// declaration gets every word as it is. Throws code::bad_script_option, naming the script's line.
ScriptWords read_script_words(const script::ScriptInfo& script, const std::vector<std::string>& words);

/// One row with a column for each option, read by the server as its type. Throws code::bad_script_option.
postgres::Result convert_options(postgres::Session& session, const script::ScriptInfo& script,
                                 const std::map<std::string, std::string>& given);

}  // namespace migrate
