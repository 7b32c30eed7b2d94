// Writes statements instead of sending them.
#include "postgres/recording.hpp"

#include "base/error.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "postgres/batched_work.hpp"
#include "postgres/copy_text.hpp"
#include "postgres/sql_scanner.hpp"
#include "postgres/sql_text.hpp"

namespace postgres {

namespace {

/// Sets the semicolon behind the last word, before any comment that follows it.
std::string terminated(const std::string& sql) {
  std::string text(base::trim(sql));
  std::size_t code_end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Scanned scanned = scan_piece(text, at);
    at = scanned.end;
    if (scanned.piece != Piece::space && scanned.piece != Piece::comment) code_end = at;
  }
  if (code_end > 0 && text[code_end - 1] != ';') text.insert(code_end, ";");
  return text + "\n";
}

}  // namespace

Result RecordingSession::query(std::string_view sql, const Parameters&) {
  throw base::Error(base::code::needs_database, "the script asks the database for data, and --sql has none")
      .because("it wants the answer of: " + std::string(base::trim(base::redact(sql).substr(0, 200))))
      .advise(
          "run the upgrade without --sql, or write the step so that SQL itself decides (insert ... select, update ... "
          "from)");
}

void RecordingSession::execute(std::string_view sql, const Parameters& parameters) {
  const bool leaves = !begin_.empty() && autocommit_ == 0 && classify(sql).needs_no_transaction;
  if (leaves) begin_autocommit();
  write_(terminated(with_literals(sql, parameters)));
  if (leaves) end_autocommit();
}

void RecordingSession::begin_autocommit() {
  if (autocommit_++ == 0 && !begin_.empty()) write_("COMMIT;\n");
}

void RecordingSession::end_autocommit() {
  if (--autocommit_ == 0 && !begin_.empty()) write_(begin_);
}

Result RecordingSession::run_batches(BatchedWork& work) {
  begin_autocommit();
  for (const std::string& statement : work.script()) execute(statement);
  end_autocommit();
  return {};
}

void RecordingSession::comment(std::string_view text) {
  write_("-- " + base::replace_all(std::string(text), "\n", "\n-- ") + "\n");
}

}  // namespace postgres
