// COPY's text format (PostgreSQL documentation, COPY, "Text Format"): a line per row, a tab between fields, \N for
// NULL, backslashes for what would be mistaken.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "postgres/session.hpp"

namespace postgres {

/// Takes a line apart; the fields keep their escapes, and point into the line. A line end at its end is left out.
void split_copy_line(std::string_view line, std::vector<std::string_view>& fields);

inline bool is_copy_null(std::string_view field) { return field == "\\N"; }

/// The text that a field stands for: the field itself where nothing is escaped, else built in `scratch`.
std::string_view copy_field_text(std::string_view field, std::string& scratch);

/// Writes a text as a field.
void append_copy_text(std::string& out, std::string_view text);

/// The statement with its parameters written in as quoted literals, since COPY takes none.
std::string with_literals(std::string_view sql, const Parameters& parameters);

/// Where COPY ... FROM stopped, as the error's context tells in any language: "COPY books, line 3, column price: ...".
struct CopyPlace {
  /// 0 when it does not say.
  long long line = 0;
  /// Behind the line's number: ", column price: \"abc\"".
  std::string rest;
  /// Is it this column that could not be read?
  bool is_column(std::string_view name) const;
};
CopyPlace copy_place(std::string_view context);

}  // namespace postgres
