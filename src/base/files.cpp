// Whole files in and out.
#include "base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace base {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool close() {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || ::close(fd) == 0;
  }

 private:
  int fd_;
};

Error read_error(const std::string& path, std::string reason) {
  return Error(code::cannot_read_file, "cannot read " + path).because(std::move(reason));
}

Error write_error(const std::string& path, int error_number) {
  Error error = Error(code::cannot_write_file, "cannot write " + path).because(std::strerror(error_number));
  if (error_number == ENOENT) error.advise("create the folder " + path.substr(0, path.rfind('/')));
  if (error_number == ENOSPC || error_number == EDQUOT) error.advise("free some space and run it again");
  return error;
}

/// The file that a symbolic link leads to, so that a rename replaces the file and not the link.
std::string resolved(const std::string& path) {
  char* found = realpath(path.c_str(), nullptr);
  if (!found) return path;
  std::string out(found);
  std::free(found);
  return out;
}

mode_t mode_for(const std::string& path) {
  struct stat old {};
  if (stat(path.c_str(), &old) == 0) return old.st_mode & 07777;
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

/// Makes the rename itself durable. A folder that cannot be synced (some network file systems) is no error.
void sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) fsync(opened.get());
}

}  // namespace

std::string read_file(const std::string& path, std::size_t limit) {
  if (path.find('\0') != std::string::npos)
    throw read_error(path.substr(0, path.find('\0')), "the name has a zero byte");
  // O_NONBLOCK: opening a named pipe would wait for a writer.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) throw read_error(path, errno == ENOENT ? "there is no such file" : std::strerror(errno));
  struct stat status {};
  if (fstat(file.get(), &status) != 0) throw read_error(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) throw read_error(path, kind_of_file(status.st_mode));
  const auto too_large = [&] {
    return read_error(path, "it is larger than " + human_size(limit) + ", the most that is read");
  };
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit) throw too_large();
  std::string text(size, '\0');
  std::size_t filled = 0;
  for (;;) {
    // The size of a file may change while it is read, and files of /proc say 0.
    if (filled == text.size()) {
      char more[4096];
      const ssize_t got = read(file.get(), more, sizeof more);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw read_error(path, std::strerror(errno));
      if (got == 0) break;
      text.append(more, static_cast<std::size_t>(got));
      filled = text.size();
      if (filled > limit) throw too_large();
      continue;
    }
    const ssize_t got = read(file.get(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw read_error(path, std::strerror(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

std::string kind_of_file(unsigned mode) {
  if (S_ISDIR(mode)) return "it is a folder";
  if (S_ISFIFO(mode)) return "it is a named pipe, not a regular file";
  if (S_ISSOCK(mode)) return "it is a socket, not a regular file";
  return "it is a device, not a regular file";
}

void refuse_what_is_no_text(std::string_view bytes, const std::string& shown_as) {
  const auto refuse = [&](const std::string& place, std::string reason) {
    return Error(code::not_text, shown_as + " is not UTF-8 text")
        .at(place)
        .because(std::move(reason))
        .advise("save it as UTF-8");
  };
  const std::size_t zero = bytes.find('\0');
  const bool is_big = bytes.starts_with("\xFE\xFF") || (zero == 0 && bytes.size() > 1 && bytes[1] != '\0');
  if (is_big || bytes.starts_with("\xFF\xFE") || zero == 1)
    throw refuse(shown_as, is_big ? "it is UTF-16 (big-endian)" : "it is UTF-16 (little-endian)");
  if (zero == std::string_view::npos) return;
  const auto line = std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(zero), '\n') + 1;
  throw refuse(shown_as + ":" + std::to_string(line), "it has a zero byte");
}

std::string read_text_file(const std::string& path, const std::string& shown_as) {
  std::string text = read_file(path, largest_text);
  refuse_what_is_no_text(text, shown_as);
  return text;
}

bool file_exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

namespace {

/// False at an error, which is in errno.
bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// A device or a named pipe takes the text; a rename would put a file in its place.
bool is_written_in_place(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace

void write_file(const std::string& path, std::string_view text) {
  const std::string target = resolved(path);
  if (is_written_in_place(target)) {
    Descriptor device(open(target.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0 || !write_all(device.get(), text)) throw write_error(path, errno);
    return;
  }
  const mode_t mode = mode_for(target);
  std::string temporary = target + ".XXXXXX";
  Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) throw write_error(path, errno);
  const auto fail = [&] {
    const int error_number = errno;
    unlink(temporary.c_str());
    return write_error(path, error_number);
  };
  if (!write_all(file.get(), text)) throw fail();
  if (fchmod(file.get(), mode) != 0 || fsync(file.get()) != 0 || !file.close()) throw fail();
  if (rename(temporary.c_str(), target.c_str()) != 0) throw fail();
  sync_folder_of(target);
}

void sync_file(const std::string& path) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 || fsync(file.get()) != 0 || !file.close()) throw write_error(path, errno);
}

bool rename_to_new_name(const std::string& from, const std::string& to) {
  int failed = renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  // Some file systems know only the plain rename.
  if (failed != 0 && errno == EINVAL && !file_exists(to)) failed = rename(from.c_str(), to.c_str());
  if (failed != 0 && (errno == EEXIST || errno == EINVAL)) return false;
  if (failed != 0) throw write_error(to, errno);
  sync_folder_of(to);
  return true;
}

std::string normal_form(std::string_view text) {
  while (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string out;
  out.reserve(text.size());
  for (std::size_t copied = 0;;) {
    const std::size_t cr = text.find('\r', copied);
    out.append(text.substr(copied, cr - copied));
    if (cr == std::string_view::npos) return out;
    out += '\n';
    copied = cr + (cr + 1 < text.size() && text[cr + 1] == '\n' ? 2 : 1);
  }
}

}  // namespace base
