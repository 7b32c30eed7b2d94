// Reads thousands of small files with as few system calls as there can be.
#include "revisions/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "revisions/header.hpp"

namespace revisions {

using base::Error;
namespace code = base::code;

namespace {

bool is_migration_name(std::string_view name) {
  return name[0] != '.' && name[0] != '_' && (name.ends_with(".lua") || name.ends_with(".sql"));
}

/// Names in order, so that nothing depends on how the disk keeps them.
std::vector<std::string> migration_names(DIR* folder) {
  std::vector<std::string> names;
  while (const dirent* entry = readdir(folder))
    if (entry->d_type != DT_DIR && is_migration_name(entry->d_name)) names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

/// Reads a file into a buffer that is reused.
std::string_view read_into(std::vector<char>& buffer, int folder, const std::string& name, const std::string& shown) {
  const int file = openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw Error(code::cannot_read_file, "cannot read " + shown).because(strerror(errno));
  std::size_t size = 0;
  for (;;) {
    if (size == buffer.size()) buffer.resize(buffer.size() * 2);
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
  const std::vector<std::string> names = migration_names(directory);
  std::vector<Revision> revisions;
  revisions.reserve(names.size());
  std::vector<char> buffer(std::size_t{1} << 16);
  const std::string prefix = shown_as.empty() || shown_as == "." ? "" : shown_as + "/";
  try {
    for (const std::string& name : names) {
      const std::string path = prefix + name;
      const std::string_view text = read_into(buffer, dirfd(directory), name, path);
      if (name.ends_with(".sql")) {
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
