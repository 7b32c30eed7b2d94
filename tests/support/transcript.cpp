// Reads, runs and compares transcripts.
#include "support/transcript.hpp"

#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "support/client_programs.hpp"
#include "support/database.hpp"

namespace tests {

namespace {

namespace fs = std::filesystem;

bool line_fits(std::string_view pattern, std::string_view line) {
  constexpr std::string_view wild = "{{any}}";
  const std::size_t at = pattern.find(wild);
  if (at == std::string_view::npos) return pattern == line;
  if (!line.starts_with(pattern.substr(0, at))) return false;
  const std::string_view rest = pattern.substr(at + wild.size());
  for (std::size_t end = at; end <= line.size(); ++end)
    if (line_fits(rest, line.substr(end))) return true;
  return false;
}

bool fits_from(const std::vector<std::string>& expected, std::size_t e, const std::vector<std::string>& printed,
               std::size_t p) {
  for (; e < expected.size(); ++e, ++p) {
    if (expected[e] == "...") {
      for (std::size_t next = p; next <= printed.size(); ++next)
        if (fits_from(expected, e + 1, printed, next)) return true;
      return false;
    }
    if (p >= printed.size() || !line_fits(expected[e], printed[p])) return false;
  }
  return p == printed.size();
}

std::vector<std::string> lines_of(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.empty() ? std::vector<std::string>() : base::split(text, '\n');
}

/// A working folder with a name that does not change, so that it can be printed.
class WorkingFolder {
 public:
  WorkingFolder()
      : root_(fs::temp_directory_path() / ("waxwing-transcript-" + base::random_hex(8))), path_(root_ / "shop") {
    fs::create_directories(path_);
    fs::create_directories(root_ / "home");
  }
  ~WorkingFolder() {
    base::run_process({WAXWING_PROGRAM, "-q", "-C", path_.string(), "private", "destroy", "--yes=shop"});
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  const fs::path& path() const { return path_; }
  const fs::path& root() const { return root_; }

 private:
  fs::path root_, path_;
};

class Transcript {
 public:
  explicit Transcript(const std::string& path) : path_(path), lines_(base::split(base::read_file(path), '\n')) {
    if (!lines_.empty() && lines_.back().empty()) lines_.pop_back();
    database_ = fresh_database().conninfo();
  }

  std::string run() {
    const bool accept = std::getenv("WAXWING_ACCEPT") != nullptr;
    for (std::size_t at = 0; at < lines_.size();) {
      const std::string line = lines_[at++];
      if (line.starts_with("> file ")) {
        write_file(line.substr(7), at);
      } else if (line.starts_with("> copy ")) {
        fs::copy(fs::path(WAXWING_SOURCE_DIR) / line.substr(7), folder_.path() / fs::path(line.substr(7)).filename(),
                 fs::copy_options::recursive);
      } else if (line.starts_with("$ ")) {
        const std::size_t begin = at;
        while (at < lines_.size() && !is_start(lines_[at])) ++at;
        std::vector<std::string> expected(lines_.begin() + static_cast<std::ptrdiff_t>(begin),
                                          lines_.begin() + static_cast<std::ptrdiff_t>(at));
        const bool blank_after = !expected.empty() && expected.back().empty();
        while (!expected.empty() && expected.back().empty()) expected.pop_back();
        const std::vector<std::string> printed = execute(line.substr(2));
        if (fits(expected, printed)) continue;
        if (!accept)
          return path_ + ": $ " + line.substr(2) + "\n--- expected\n" + base::join(expected, "\n") + "\n--- printed\n" +
                 base::join(printed, "\n");
        lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(begin),
                     lines_.begin() + static_cast<std::ptrdiff_t>(at));
        std::vector<std::string> fresh = printed;
        if (blank_after) fresh.emplace_back();
        lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(begin), fresh.begin(), fresh.end());
        at = begin + fresh.size();
      }
    }
    if (accept) base::write_file(path_, base::join(lines_, "\n") + "\n");
    return {};
  }

 private:
  static bool is_start(const std::string& line) {
    return line.starts_with("$ ") || line.starts_with("> ") || line.starts_with("# ");
  }

  void write_file(const std::string& name, std::size_t& at) const {
    std::string text;
    for (; at < lines_.size() && (lines_[at].starts_with("  ") ||
                                  (lines_[at].empty() && at + 1 < lines_.size() && lines_[at + 1].starts_with("  ")));
         ++at)
      text += (lines_[at].empty() ? "" : lines_[at].substr(2)) + "\n";
    const fs::path path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    base::write_file(path.string(), text);
  }

  std::vector<std::string> execute(const std::string& command) const {
    base::ProcessOptions options;
    options.working_directory = folder_.path().string();
    options.timeout = std::chrono::seconds(60);
    const std::string program_folder = fs::path(WAXWING_PROGRAM).parent_path().string();
    options.environment = {{"PATH", program_folder + ":" + client_folder() + ":" + std::getenv("PATH")},
                           {"DATABASE_URL", database_},
                           {"HOME", (folder_.root() / "home").string()},
                           {"NO_COLOR", "1"},
                           {"LANG", "C.UTF-8"},
                           {"LC_ALL", "C.UTF-8"},
                           {"TZ", "UTC"},
                           {"WAXWING_ENV", std::nullopt}};
    const base::ProcessResult result = base::run_process({"/bin/bash", "-c", "{ " + command + "\n} 2>&1"}, options);
    if (result.out.find(canary_password) != std::string::npos) return {"waxwing printed the password of its database"};
    std::vector<std::string> lines = lines_of(base::replace_all(result.out, folder_.path().string(), "/shop"));
    if (result.status != 0) lines.push_back("[exit " + std::to_string(result.status) + "]");
    return lines;
  }

  std::string path_;
  std::vector<std::string> lines_;
  std::string database_;
  WorkingFolder folder_;
};

}  // namespace

bool fits(const std::vector<std::string>& expected, const std::vector<std::string>& printed) {
  return fits_from(expected, 0, printed, 0);
}

std::string run_transcript(const std::string& path) {
  if (base::read_file(path).find("\n> needs pg_dump\n") != std::string::npos && skips_for_pg_dump()) return {};
  return Transcript(path).run();
}

}  // namespace tests
