// Appends with one write, so that two sessions do not mix their lines.
#include "cli/prompt/history.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

constexpr std::size_t most_entries = 2000;

std::string escaped(const std::string& entry) {
  return base::replace_all(base::replace_all(entry, "\\", "\\\\"), "\n", "\\n");
}

std::string unescaped(const std::string& line) {
  std::string entry;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size())
      entry += line[i];
    else
      entry += line[++i] == 'n' ? '\n' : line[i];
  }
  return entry;
}

}  // namespace

HistoryFile::HistoryFile() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (const std::string state = variable("XDG_STATE_HOME"); state.starts_with('/'))
    path_ = state + "/waxwing/history";
  else if (const std::string home = variable("HOME"); home.starts_with('/'))
    path_ = home + "/.local/state/waxwing/history";
}

bool HistoryFile::may_keep(const std::string& entry) {
  if (entry.empty() || entry.front() == ' ' || base::redact(entry) != entry) return false;
  const std::string lowered = base::lower(entry);
  for (const char* word : {"password", "passwd", "passphrase", "secret", "token", "api_key", "apikey"})
    if (lowered.find(word) != std::string::npos) return false;
  return !base::is_secret_of_environment("URL=" + entry);
}

std::vector<std::string> HistoryFile::read() const {
  std::vector<std::string> entries;
  if (path_.empty() || !base::file_exists(path_)) return entries;
  try {
    std::vector<std::string> lines = base::split(base::read_file(path_), '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    if (lines.size() > 2 * most_entries) {
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most_entries));
      base::write_file(path_, base::join(lines, "\n") + "\n");
      chmod(path_.c_str(), S_IRUSR | S_IWUSR);
    }
    for (const std::string& line : lines) entries.push_back(unescaped(line));
  } catch (const base::Error&) {
    // A history that cannot be read is no reason not to work.
  }
  return entries;
}

void HistoryFile::append(const std::string& entry) const {
  if (path_.empty() || !may_keep(entry)) return;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0) return;
  fchmod(file, S_IRUSR | S_IWUSR);
  const std::string line = escaped(entry) + "\n";
  (void)!write(file, line.data(), line.size());
  close(file);
}

}  // namespace cli
