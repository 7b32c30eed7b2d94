// Writes statements instead of sending them.
#include "postgres/recording.hpp"

#include <charconv>

#include "base/error.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "postgres/batched_work.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_scanner.hpp"
#include "postgres/sql_text.hpp"

namespace postgres {

namespace {

std::string with_parameters(std::string_view sql, const Parameters& parameters) {
  std::string out;
  for (std::size_t i = 0; i < sql.size();) {
    if (const Scanned scanned = scan_piece(sql, i); scanned.piece != Piece::other) {
      out += sql.substr(i, scanned.end - i);
      i = scanned.end;
      continue;
    }
    std::size_t number = 0;
    const char* end = sql.data() + sql.size();
    if (sql[i] == '$')
      if (const auto [after, failure] = std::from_chars(sql.data() + i + 1, end, number);
          failure == std::errc() && number >= 1 && number <= parameters.size()) {
        const Parameter& parameter = parameters[number - 1];
        out += parameter.text ? quote_literal(*parameter.text) : "NULL";
        i = static_cast<std::size_t>(after - sql.data());
        continue;
      }
    out += sql[i++];
  }
  return out;
}

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
  write_(terminated(parameters.empty() ? std::string(sql) : with_parameters(sql, parameters)));
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
