// Reads each file once; a word is looked for at its borders.
#include "migrate/source_search.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace migrate {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t largest_file = 2 << 20;
constexpr std::size_t longest_line_shown = 160;
constexpr const char* skipped_folders[] = {".git",     ".hg",   ".svn",        "node_modules", "__pycache__", ".venv",
                                           "venv",     ".tox",  ".mypy_cache", "dist",         "build",       "target",
                                           ".waxwing", ".next", ".cache",      ".pytest_cache"};

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word_character(line[at - 1])) && (end == line.size() || !is_word_character(line[end])))
      return true;
  }
  return false;
}

void search_text(const std::string& text, const std::string& path, const std::vector<std::string>& words,
                 std::vector<SourceLine>& found) {
  int number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    ++number;
    at = end + 1;
    SourceLine match{path, number, "", {}};
    for (const std::string& word : words)
      if (has_word(line, word)) match.words.push_back(word);
    if (match.words.empty()) continue;
    match.text = base::trim(line).substr(0, longest_line_shown);
    while (!base::is_valid_utf8(match.text) && !match.text.empty()) match.text.pop_back();
    found.push_back(std::move(match));
  }
}

}  // namespace

SourceMatches search_source(const std::string& folder, const std::vector<std::string>& words) {
  std::error_code failure;
  if (!fs::is_directory(folder, failure))
    throw base::Error(base::code::cannot_read_file, folder + " is not a folder")
        .advise("--grep takes a folder of source");
  SourceMatches matches;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, failure), end;
  for (; !failure && at != end; at.increment(failure)) {
    base::throw_if_interrupted();
    std::error_code ignored;
    const std::string name = at->path().filename().string();
    if (at->is_directory(ignored)) {
      if (std::find(std::begin(skipped_folders), std::end(skipped_folders), name) != std::end(skipped_folders))
        at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file(ignored) || at->is_symlink(ignored)) continue;
    if (at->file_size(ignored) > largest_file) {
      ++matches.files_skipped;
      continue;
    }
    std::string text;
    try {
      text = base::read_file(at->path().string());
    } catch (const base::Error&) {
      ++matches.files_skipped;
      continue;
    }
    if (text.find('\0') != std::string::npos) {
      ++matches.files_skipped;
      continue;
    }
    ++matches.files_read;
    search_text(text, at->path().string(), words, matches.lines);
  }
  std::sort(matches.lines.begin(), matches.lines.end(), [](const SourceLine& a, const SourceLine& b) {
    return a.path != b.path ? a.path < b.path : a.line < b.line;
  });
  return matches;
}

}  // namespace migrate
