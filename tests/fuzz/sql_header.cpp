// The header and the sections of an SQL migration.
#include <algorithm>

#include "revisions/header.hpp"
#include "support/input.hpp"

namespace {

/// A section begins at the line that is told, and lies within the text.
void check_section(std::string_view text, std::string_view section, int line) {
  if (section.data() == nullptr) return;
  fuzz::require(section.data() >= text.data() && section.data() + section.size() <= text.data() + text.size(),
                "a section is part of the text");
  const std::string_view before = text.substr(0, static_cast<std::size_t>(section.data() - text.data()));
  const auto breaks = std::count(before.begin(), before.end(), '\n');
  const bool at_end = before.size() == text.size() && !text.ends_with('\n');
  fuzz::require(line == breaks + (at_end ? 2 : 1), "a section's line is where it begins");
}

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  const std::string_view text = input.rest();
  fuzz::succeeds([&] {
    const auto revision = revisions::parse_sql_header(text, "migrations/a.sql");
    fuzz::require(!revision.id.empty(), "a revision has an id");
  });
  fuzz::succeeds([&] {
    const auto sections = revisions::parse_sql_sections(text, "migrations/a.sql");
    check_section(text, sections.up, sections.up_line);
    if (sections.has_down) check_section(text, sections.down, sections.down_line);
    fuzz::require(!(sections.has_down && sections.irreversible), "irreversible has no down section");
  });
}
