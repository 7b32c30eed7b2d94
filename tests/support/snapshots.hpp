// Schemas of test databases, and their differences as lines.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "schema/difference.hpp"
#include "support/database.hpp"

namespace tests {

inline schema::Snapshot snapshot_of(const postgres::Url& url) {
  return schema::read_snapshot(*connect(url), "waxwing");
}

/// "+ column public.users.email", "column public.users.id: type integer -> uuid": one for each object that came or went
/// and each attribute that changed, sorted.
inline std::vector<std::string> lines(const schema::Difference& difference) {
  std::vector<std::string> lines;
  for (const schema::Fact& each : difference.added)
    lines.push_back(fmt::format("+ {} {}", each.kind->name, each.identity));
  for (const schema::Fact& each : difference.removed)
    lines.push_back(fmt::format("- {} {}", each.kind->name, each.identity));
  for (const schema::FactChange& each : difference.changed)
    for (const schema::AttributeChange& change : each.attributes)
      lines.push_back(fmt::format("{} {}: {} {} -> {}", each.after.kind->name, each.after.identity, change.name,
                                  change.before.value_or("(none)"), change.after.value_or("(none)")));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace tests
