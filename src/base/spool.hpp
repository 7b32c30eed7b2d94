// Bytes that are written first and read afterwards, however many.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// Kept in memory while they are few, then in a file without a name in TMPDIR (/var/tmp without it), which is gone with
/// the process whatever ends it.
class Spool {
 public:
  explicit Spool(std::size_t most_in_memory = std::size_t{1} << 20) : most_in_memory_(most_in_memory) {}
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Throws code::cannot_write_file when the disk is full.
  void write(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() > most_in_memory_) move_to_file();
  }
  /// For those who put what they write together in place: append to it, then say `written()`.
  std::string& buffer() { return buffer_; }
  void written() {
    if (buffer_.size() > most_in_memory_) move_to_file();
  }

  /// Ends the writing; reading begins at the first byte, every time.
  void rewind();
  /// The next bytes, some 256 KiB; empty at the end. Valid until the next read.
  std::string_view read();
  /// The next line without its end; nothing at the end. Valid until the next read.
  std::optional<std::string_view> read_line();

 private:
  void move_to_file();
  bool refill();

  const std::size_t most_in_memory_;
  std::string buffer_;
  std::size_t at_ = 0;
  int file_ = -1;
  bool is_reading_ = false;
};

}  // namespace base
