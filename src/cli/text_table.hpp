// Rows in columns, set as psql sets them.
#pragma once
#include <string>
#include <vector>

namespace cli {

struct TextTable {
  struct Column {
    std::string heading;
    bool right = false;
  };
  /// Centred above the table; may be empty.
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;

  /// Lines without their ends: title, headings, rule, rows. Values of several lines are put on one.
  std::vector<std::string> lines() const;
  /// Each row as a block of its own, a line for each column; for rows that are wider than the screen.
  std::vector<std::string> records() const;
};

}  // namespace cli
