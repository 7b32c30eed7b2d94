// Flags with and without words of their own.
#include "revisions/warnings.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace revisions {

namespace {

struct Flag {
  std::string_view key, title;
  std::optional<std::string> Revision::*member;
  /// What is said for a bare `true`.
  const char* text;
};

constexpr Flag flags[] = {
    {"breaking", "BREAKING", &Revision::breaking,
     "Code that relies on the schema before it breaks as soon as it has run."},
    {"downtime", "DOWNTIME", &Revision::downtime, "The service must be stopped, or restarted afterwards."},
    {"backup_required", "BACKUP REQUIRED", &Revision::backup_required,
     "You MUST create a database backup before running this migration."},
};

}  // namespace

bool take_flag(Revision& revision, std::string_view key, const base::Value& value) {
  for (const Flag& flag : flags) {
    if (key != flag.key) continue;
    const bool* is_set = value.get_if<bool>();
    const std::string* text = value.get_if<std::string>();
    if (!is_set && !text && !value.is_nil())
      throw base::Error(base::code::bad_header,
                        fmt::format("{} must be true, false or a text, got {}", key, value.type_name()))
          .at(revision.path);
    if (text && !text->empty())
      revision.*flag.member = *text;
    else if (is_set && *is_set)
      revision.*flag.member = flag.text;
    else
      (revision.*flag.member).reset();
    return true;
  }
  return false;
}

std::vector<std::string> critical_warnings(const Revision& revision) {
  std::vector<std::string> lines;
  if (revision.irreversible) lines.push_back("IRREVERSIBLE: " + *revision.irreversible);
  for (const Flag& flag : flags)
    if (const std::optional<std::string>& text = revision.*flag.member)
      lines.push_back(fmt::format("{}: {}", flag.title, *text));
  return lines;
}

}  // namespace revisions
