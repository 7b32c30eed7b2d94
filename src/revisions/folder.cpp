// Reads thousands of small files with as few system calls as there can be.
#include "revisions/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "revisions/header.hpp"

namespace revisions {

using base::Error;
namespace code = base::code;

namespace {

bool is_migration_name(std::string_view name) {
  return name[0] != '.' && name[0] != '_' && (name.ends_with(".lua") || name.ends_with(".sql"));
}

struct Entry {
  std::string name;
  bool is_regular;
};

/// In order of their names, so that nothing depends on how the disk keeps them. Folders are left out.
std::vector<Entry> migration_entries(DIR* folder) {
  std::vector<Entry> entries;
  while (const dirent* entry = readdir(folder))
    if (entry->d_type != DT_DIR && is_migration_name(entry->d_name))
      entries.push_back({entry->d_name, entry->d_type == DT_REG});
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

/// For links, pipes and disks that do not say what an entry is. Closes the file when it throws.
void refuse_what_is_no_file(int file, const std::string& shown) {
  struct stat status {};
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) return;
  close(file);
  throw Error(code::cannot_read_file, "cannot read " + shown).because(base::kind_of_file(status.st_mode));
}

/// Reads a file into a buffer that is reused.
std::string_view read_into(std::vector<char>& buffer, int folder, const Entry& entry, const std::string& shown) {
  const int file = openat(folder, entry.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw Error(code::cannot_read_file, "cannot read " + shown).because(strerror(errno));
  if (!entry.is_regular) refuse_what_is_no_file(file, shown);
  std::size_t size = 0;
  for (;;) {
    if (size == buffer.size()) {
      buffer.resize(buffer.size() * 2);
      if (size > base::largest_text) {
        close(file);
        throw Error(code::cannot_read_file, "cannot read " + shown)
            .because("it is larger than " + base::human_size(base::largest_text) +
                     ", the most that a migration may have")
            .advise("let psql load the data, or split the file");
      }
    }
    const ssize_t got = read(file, buffer.data() + size, buffer.size() - size);
    if (got < 0) {
      const int reason = errno;
      close(file);
      throw Error(code::cannot_read_file, "cannot read " + shown).because(strerror(reason));
    }
    size += static_cast<std::size_t>(got);
    // A short read of a regular file is its end.
    if (got == 0 || size < buffer.size()) break;
  }
  close(file);
  return {buffer.data(), size};
}

}  // namespace

std::vector<Revision> read_folder(const std::string& folder, const std::string& shown_as,
                                  const EvaluateHeader& evaluate) {
  DIR* directory = opendir(folder.c_str());
  if (!directory)
    throw Error(code::no_migrations, fmt::format("the migrations folder {} cannot be read", shown_as))
        .because(strerror(errno))
        .advise(
            "waxwing revision -m \"...\"    makes it with the first migration;    waxwing config    shows where the "
            "setting comes from");
  const std::vector<Entry> entries = migration_entries(directory);
  std::vector<Revision> revisions;
  revisions.reserve(entries.size());
  std::vector<char> buffer(std::size_t{1} << 16);
  const std::string prefix = shown_as.empty() || shown_as == "." ? "" : shown_as + "/";
  try {
    for (const Entry& entry : entries) {
      const std::string path = prefix + entry.name;
      const std::string_view text = read_into(buffer, dirfd(directory), entry, path);
      base::refuse_what_is_no_text(text, path);
      if (path.ends_with(".sql")) {
        revisions.push_back(parse_sql_header(text, path));
      } else if (std::optional<Revision> header = parse_lua_header(text, path)) {
        revisions.push_back(std::move(*header));
      } else {
        revisions.push_back(evaluate(std::string(text), path));
      }
    }
  } catch (...) {
    closedir(directory);
    throw;
  }
  closedir(directory);
  return revisions;
}

}  // namespace revisions
