// A buffer in front of an unlinked file.
#include "base/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"

namespace base {

namespace {

constexpr std::size_t piece = std::size_t{256} << 10;

std::string folder() {
  const char* given = std::getenv("TMPDIR");
  // Not /tmp, which is memory on many machines.
  return given && *given ? given : "/var/tmp";
}

[[noreturn]] void fail(const char* what) {
  const std::string reason = std::strerror(errno);
  throw Error(code::cannot_write_file, std::string(what) + " a temporary file in " + folder())
      .because(reason)
      .advise("make room there, or name another folder: TMPDIR=/path");
}

int open_nameless() {
  std::string name = folder() + "/waxwing-XXXXXX";
  const int file = mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) fail("cannot make");
  unlink(name.c_str());
  return file;
}

}  // namespace

Spool::~Spool() {
  if (file_ >= 0) close(file_);
}

void Spool::move_to_file() {
  if (file_ < 0) file_ = open_nameless();
  for (std::size_t done = 0; done < buffer_.size();) {
    const ssize_t count = ::write(file_, buffer_.data() + done, buffer_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot write to");
    done += static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

void Spool::rewind() {
  if (file_ >= 0) {
    if (!is_reading_) move_to_file();
    buffer_.clear();
    lseek(file_, 0, SEEK_SET);
  }
  at_ = 0;
  is_reading_ = true;
}

/// Keeps what is not read yet, and adds to it. False at the end.
bool Spool::refill() {
  if (file_ < 0) return false;
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + piece);
  ssize_t count = 0;
  do count = ::read(file_, buffer_.data() + kept, piece);
  while (count < 0 && errno == EINTR);
  if (count < 0) fail("cannot read");
  buffer_.resize(kept + static_cast<std::size_t>(count));
  return count > 0;
}

std::string_view Spool::read() {
  if (at_ == buffer_.size() && !refill()) return {};
  const std::string_view rest = std::string_view(buffer_).substr(at_, piece);
  at_ += rest.size();
  return rest;
}

std::optional<std::string_view> Spool::read_line() {
  for (std::size_t searched = at_;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      const std::string_view line = std::string_view(buffer_).substr(at_, end - at_);
      at_ = end + 1;
      return line;
    }
    const std::size_t unread = buffer_.size() - at_;
    if (!refill()) return std::nullopt;
    searched = unread;
  }
}

}  // namespace base
