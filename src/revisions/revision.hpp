// What is known of a migration from its header alone.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace revisions {

enum class Format { lua, sql };

struct Revision {
  std::string id;
  /// Parents: empty for a base, several for a merge.
  std::vector<std::string> revises;
  /// Ids (or branch labels) that must be applied before, without being parents.
  std::vector<std::string> depends_on;
  std::vector<std::string> labels;
  std::string message;
  /// Path as it is shown: relative to the project.
  std::string path;
  Format format = Format::lua;
  /// False for `transaction = "none"`.
  bool transactional = true;
  /// The author's reason when the downgrade is `irreversible(...)`; known from the text without running it.
  std::optional<std::string> irreversible;
  /// Flags of the header with what they say; see warnings.hpp.
  std::optional<std::string> breaking, downtime, backup_required;
};

}  // namespace revisions
