// Finds words in a tree of source files.
#pragma once
#include <string>
#include <vector>

namespace migrate {

struct SourceLine {
  /// As given: below the folder that was searched.
  std::string path;
  int line = 0;
  std::string text;
  /// The words found in it.
  std::vector<std::string> words;
};

struct SourceMatches {
  std::vector<SourceLine> lines;
  std::size_t files_read = 0, files_skipped = 0;
};

/// Whole words, case-sensitive, by path. Left out are folders of version control and of installed packages (.git,
/// node_modules ...), files with zero bytes, and files over 2 MiB. Throws code::cannot_read_file when `folder` is none.
SourceMatches search_source(const std::string& folder, const std::vector<std::string>& words);

}  // namespace migrate
