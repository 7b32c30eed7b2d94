// Finding the word that was meant: edit distance, prefixes, and false friends from other tools.
#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace base {

namespace {

/// What people from Alembic, SQLAlchemy and other tools write, and the word for it here.
constexpr std::pair<std::string_view, std::string_view> false_friends[] = {
    {"nullable", "not_null"},
    {"null", "not_null"},
    {"required", "not_null"},
    {"server_default", "default"},
    {"default_value", "default"},
    {"table_name", "table"},
    {"source_table", "table"},
    {"column_name", "name"},
    {"new_column_name", "to"},
    {"new_table_name", "to"},
    {"new_name", "to"},
    {"ref_table", "references"},
    {"ref_columns", "references"},
    {"index_name", "name"},
    {"constraint_name", "name"},
    {"data_type", "type"},
    {"type_", "type"},
    {"column", "columns"},
    {"cols", "columns"},
    {"fields", "columns"},
    {"pk", "primary_key"},
    {"foreign_keys", "references"},
    {"referent_table", "references"},
    {"ondelete", "on_delete"},
    {"onupdate", "on_update"},
    {"postgresql_where", "where"},
    {"postgresql_using", "using"},
    {"postgresql_concurrently", "concurrently"},
    {"schema_name", "schema"},
    {"down_revision", "revises"},
    {"parent", "revises"},
    {"branch_labels", "labels"},
    {"query", "sql"},
    {"statement", "sql"},
    {"message", "failed"},
    {"migrate", "upgrade"},
    {"up", "upgrade"},
    {"apply", "upgrade"},
    {"rollback", "downgrade"},
    {"down", "downgrade"},
    {"status", "current"},
    {"version", "current"},
    {"log", "history"},
    {"new", "revision"},
    {"generate", "revision"},
    {"migrations_dir", "migrations"},
    {"script_location", "migrations"},
    {"sqlalchemy.url", "url"},
    {"database_url", "url"},
    {"dsn", "url"},
};

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string folded(std::string_view word) { return replace_all(lower(word), "-", "_"); }

constexpr std::size_t far = static_cast<std::size_t>(-1);

/// The distance when it is small enough for a slip of the pen: one edit for each three characters.
std::size_t nearness(std::string_view word, std::string_view meant) {
  const std::size_t shorter = std::min(word.size(), meant.size()), longer = std::max(word.size(), meant.size());
  const std::size_t allowed = longer < 3 ? 0 : std::max<std::size_t>(1, longer / 3);
  if (longer - shorter > allowed) return far;
  const std::size_t distance = edit_distance(word, meant);
  return distance <= allowed && distance < shorter ? distance : far;
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string wanted = folded(word);
  if (wanted.empty()) return {};
  std::string best;
  std::size_t best_score = far;
  const auto offer = [&](std::size_t score, std::string_view candidate) {
    if (score < best_score) best_score = score, best = candidate;
  };
  for (const std::string& candidate : candidates) {
    const std::string folded_candidate = folded(candidate);
    std::size_t distance = nearness(wanted, folded_candidate);
    if (distance != far) offer(2 * distance, candidate);
    if (wanted.size() >= 3 && folded_candidate.starts_with(wanted)) offer(3, candidate);
  }
  for (const auto& [foreign, ours] : false_friends) {
    if (std::find(candidates.begin(), candidates.end(), ours) == candidates.end()) continue;
    const std::size_t distance = nearness(wanted, foreign);
    if (distance != far) offer(2 * distance + 1, ours);
  }
  return best;
}

std::string did_you_mean_suffix(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string meant = did_you_mean(word, candidates);
  return meant.empty() ? std::string() : "; did you mean \"" + meant + "\"?";
}

}  // namespace base
