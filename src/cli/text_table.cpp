// Widths first, then lines.
#include "cli/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace cli {

namespace {

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  return text;
}

std::string centred(const std::string& text, std::size_t width) {
  const std::size_t own = base::display_width(text);
  return own >= width ? text : base::pad_right(std::string((width - own) / 2, ' ') + text, width);
}

std::string without_trailing_blanks(std::string text) {
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

std::vector<std::string> TextTable::lines() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(base::display_width(column.heading));
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : rows) {
    std::vector<std::string>& line = cells.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      line.push_back(one_line(row[i]));
      widths[i] = std::max(widths[i], base::display_width(line[i]));
    }
  }
  std::string headings, rule;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    headings += (i > 0 ? "| " : " ") + centred(columns[i].heading, widths[i]) + " ";
    rule += (i > 0 ? "+" : "") + std::string(widths[i] + 2, '-');
  }
  std::vector<std::string> out;
  if (!title.empty()) out.push_back(without_trailing_blanks(centred(title, rule.size())));
  out.push_back(without_trailing_blanks(headings));
  out.push_back(rule);
  for (const auto& row : cells) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string blanks(widths[i] - base::display_width(row[i]), ' ');
      line += (i > 0 ? "| " : " ") + (columns[i].right ? blanks + row[i] : row[i] + blanks) + " ";
    }
    out.push_back(without_trailing_blanks(line));
  }
  return out;
}

std::vector<std::string> TextTable::records() const {
  std::size_t width = 0;
  for (const Column& column : columns) width = std::max(width, base::display_width(column.heading));
  std::vector<std::string> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    out.push_back(fmt::format("-[ RECORD {} ]", row + 1));
    out.back().resize(std::max(out.back().size(), width + 10), '-');
    for (std::size_t i = 0; i < columns.size(); ++i)
      out.push_back(
          without_trailing_blanks(base::pad_right(columns[i].heading, width) + " | " + one_line(rows[row][i])));
  }
  return out;
}

}  // namespace cli
