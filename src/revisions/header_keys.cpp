// Keys that a header's author may make up, and slips of the pen that change what the header says.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "revisions/header.hpp"

namespace revisions {

void refuse_misspelt_key(std::string_view key, const std::string& where) {
  static const std::vector<std::string> meant_for_us = {"revises",
                                                        "labels",
                                                        "depends_on",
                                                        "transaction",
                                                        "breaking",
                                                        "downtime",
                                                        "backup_required",
                                                        "lock_timeout_ms",
                                                        "statement_timeout_ms",
                                                        "row_lock_timeout_ms",
                                                        "retry_deadline_ms",
                                                        "row_statement_timeout_ms"};
  static constexpr std::string_view descriptions[] = {"revision", "message",     "title",   "story",   "author",
                                                      "date",     "description", "tickets", "contacts"};
  if (std::find(std::begin(descriptions), std::end(descriptions), key) != std::end(descriptions)) return;
  const std::string meant = base::did_you_mean(key, meant_for_us);
  if (meant.empty() || meant == key) return;
  throw base::Error(base::code::bad_header, fmt::format("unknown key \"{}\"; did you mean \"{}\"?", key, meant))
      .at(where)
      .because("it would be kept as metadata of your own, and change nothing")
      .advise(fmt::format("write {}, or call your own key something else", meant));
}

}  // namespace revisions
