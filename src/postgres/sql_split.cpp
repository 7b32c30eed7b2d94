// Cuts a script at the semicolons that end statements, as psql does.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "postgres/sql_scanner.hpp"
#include "postgres/sql_text.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;

namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view sql) : sql_(sql) {}

  std::vector<Statement> split() {
    for (std::size_t at = sql_.starts_with("\xEF\xBB\xBF") ? 3 : 0; at < sql_.size();) {
      const Scanned scanned = scan_piece(sql_, at);
      take(at, scanned);
      if (start_ != none && scanned.piece != Piece::space && scanned.piece != Piece::comment) code_end_ = scanned.end;
      at = scanned.end;
    }
    finish();
    return std::move(statements_);
  }

 private:
  void take(std::size_t at, const Scanned& scanned) {
    switch (scanned.piece) {
      case Piece::space: return;
      case Piece::comment:
        if (!scanned.closed) refuse(at, "a /* comment is not closed", "");
        return;
      case Piece::quoted:
        if (!scanned.closed)
          refuse(at,
                 fmt::format("the quote that begins with {} is not closed",
                             sql_.substr(at, std::min<std::size_t>(12, sql_.find('\n', at) - at))),
                 "");
        begin(at);
        previous_word_ = {};
        return;
      case Piece::backslash:
        if (start_ == none)
          refuse(at, "psql's backslash commands are not SQL",
                 "write what the command does as SQL, or run the file with psql");
        return;
      case Piece::word:
        begin(at);
        take_word(sql_.substr(at, scanned.end - at));
        return;
      case Piece::other: take_symbol(at);
    }
  }

  /// The body of CREATE FUNCTION ... BEGIN ATOMIC ... END holds semicolons, and CASE ... END inside it another END.
  void take_word(std::string_view word) {
    if (is_word(word, "ATOMIC") && is_word(previous_word_, "BEGIN"))
      atomic_ = true;
    else if (atomic_ && is_word(word, "CASE"))
      ++cases_;
    else if (atomic_ && is_word(word, "END") && cases_-- == 0) {
      atomic_ = false;
      cases_ = 0;
    }
    if (++words_ == 1) is_copy_ = is_word(word, "COPY");
    if (is_copy_ && is_word(word, "STDIN") && is_word(previous_word_, "FROM")) copies_from_stdin_ = true;
    previous_word_ = word;
  }

  void take_symbol(std::size_t at) {
    const char c = sql_[at];
    if (c == ';' && parentheses_ == 0 && !atomic_) {
      finish();
      return;
    }
    begin(at);
    if (c == '(') ++parentheses_;
    if (c == ')' && parentheses_ > 0) --parentheses_;
    previous_word_ = {};
  }

  void begin(std::size_t at) {
    if (start_ != none) return;
    start_ = at;
    line_ += static_cast<int>(std::count(sql_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                         sql_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    counted_ = at;
  }

  /// Comments behind the last word belong to no statement.
  void finish() {
    if (start_ != none) {
      if (copies_from_stdin_)
        refuse(start_, "COPY ... FROM STDIN needs rows that a migration does not have",
               "use INSERT, or op.bulk_insert in a Lua migration");
      statements_.push_back({sql_.substr(start_, code_end_ - start_), start_, line_});
    }
    start_ = none;
    parentheses_ = cases_ = words_ = 0;
    atomic_ = is_copy_ = copies_from_stdin_ = false;
    previous_word_ = {};
  }

  [[noreturn]] void refuse(std::size_t at, std::string what, std::string advice) const {
    const int line =
        1 + static_cast<int>(std::count(sql_.begin(), sql_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    throw Error(code::bad_sql, fmt::format("line {}: {}", line, what)).advise(std::move(advice));
  }

  static constexpr std::size_t none = std::string_view::npos;
  std::string_view sql_;
  std::vector<Statement> statements_;
  std::size_t start_ = none, code_end_ = 0, counted_ = 0;
  int line_ = 1, parentheses_ = 0, cases_ = 0, words_ = 0;
  bool atomic_ = false, is_copy_ = false, copies_from_stdin_ = false;
  std::string_view previous_word_;
};

}  // namespace

std::vector<Statement> split_statements(std::string_view sql) { return Splitter(sql).split(); }

}  // namespace postgres
