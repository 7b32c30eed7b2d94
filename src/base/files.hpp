// Reading and writing whole files, and the normal form of a text that is hashed.
#pragma once
#include <string>
#include <string_view>

namespace base {

/// Reads a regular file of at most `limit` bytes. Throws code::cannot_read_file with the reason (missing, folder, FIFO,
/// too large).
std::string read_file(const std::string& path, std::size_t limit = std::size_t{1} << 31);
/// The most that a migration, a module or a configuration may have: the ledger keeps the text, and PostgreSQL's own
/// limit for one text is 1 GB.
constexpr std::size_t largest_text = std::size_t{256} << 20;
/// Reads a file that must be text. Throws code::cannot_read_file, and code::not_text for UTF-16 and zero bytes;
/// `shown_as` is the name in messages.
std::string read_text_file(const std::string& path, const std::string& shown_as);
/// Throws code::not_text.
void refuse_what_is_no_text(std::string_view bytes, const std::string& shown_as);
/// "it is a folder" and so on, for what stat() says of a file that is not a regular one.
std::string kind_of_file(unsigned mode);
bool file_exists(const std::string& path);
/// Writes to a temporary file beside it, syncs and renames, so that a reader sees the old text or the new one.
void write_file(const std::string& path, std::string_view text);

/// The form that checksums are taken of: no byte-order mark, LF line ends. A CRLF checkout is equal to an LF one.
std::string normal_form(std::string_view text);
/// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);
/// The same of a file of any size. Throws code::cannot_read_file.
std::string sha256_of_file(const std::string& path);
/// Makes what was written to a file durable. Throws code::cannot_write_file.
void sync_file(const std::string& path);
/// Renames a file, and the renaming is durable. False when there is a file of that name already, which stays as it is.
bool rename_to_new_name(const std::string& from, const std::string& to);

/// A random (version 4) UUID in its usual text form.
std::string random_uuid();
/// `count` random lower-case hex digits, as Alembic's revision ids (12).
std::string random_hex(std::size_t count);

}  // namespace base
