// Finds "waxwing COMMAND" in a text.
#include "cli/said_environment.hpp"

#include <cctype>

#include "cli/command.hpp"

namespace cli {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '/'; }

}  // namespace

std::string with_environment(std::string_view text, const std::string& environment) {
  constexpr std::string_view program = "waxwing ";
  std::string out;
  while (!environment.empty()) {
    const std::size_t at = text.find(program);
    if (at == std::string_view::npos) break;
    const std::size_t begin = at + program.size();
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    out += text.substr(0, begin);
    const bool is_whole = at == 0 || !is_word(text[at - 1]);
    // These need no database.
    const std::string_view command = text.substr(begin, end - begin);
    if (is_whole && command != "help" && command != "explain" && find_command(std::string(command)))
      out += "--env " + environment + " ";
    text.remove_prefix(begin);
  }
  return out + std::string(text);
}

std::string said_environment(const std::vector<std::string>& words) {
  constexpr std::string_view flag = "--env";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == flag && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with("--env=")) return words[i].substr(flag.size() + 1);
  }
  return {};
}

}  // namespace cli
