// What a revision will touch, before it does.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "migrate/project.hpp"
#include "postgres/sql_effects.hpp"
#include "revisions/revision.hpp"

namespace migrate {

/// Something that depends on a table or column that goes or changes.
struct Dependent {
  /// "view", "function", "foreign key", "index" ...
  std::string kind, name, detail;
};

struct TouchedTable {
  std::string name;
  /// Does the database have it now? Its rows are then counted, and its size is in bytes.
  bool exists = false;
  long long rows = 0, bytes = 0;
  bool is_created = false, is_dropped = false, is_written = false, is_rewritten = false;
  std::string renamed_to;
  std::vector<std::string> added_columns, dropped_columns, retyped_columns;
  std::vector<std::pair<std::string, std::string>> renamed_columns;
  /// Of a dropped, renamed or retyped table or column.
  std::vector<Dependent> dependents;
};

struct Impact {
  std::string revision, message;
  std::optional<std::string> irreversible;
  /// Lines of check.statistics: "  - 15 books (table will be DROPPED)".
  std::vector<std::string> statistics;
  /// Those that are changed, then those that are only read.
  std::vector<TouchedTable> tables;
  std::vector<std::string> read_tables;
  /// "index ix_a", "view v".
  std::vector<std::string> dropped_others;
  std::size_t statements = 0;
  /// Beginnings of statements that do not tell what they change: DO, CALL.
  std::vector<std::string> unread;
  /// Why the script could not be followed to its end; empty when it was.
  std::string stopped;
};

/// Follows the upgrade of a revision on a session that answers questions from the database, in a read-only transaction,
/// and keeps what would change something to itself.
Impact find_impact(const Project& project, const revisions::Revision& revision, postgres::Session& session);

/// "DROPPED", "drops a, b", "may be rewritten as a whole" ...; "altered" when nothing else is known.
std::vector<std::string> change_words(const TouchedTable& table);

/// The names that source code may have for what a revision drops or renames: tables, columns, and the classes that
/// models are usually called: books -> Book, BookBase, BookCreate, BookUpdate, BookPublic.
std::vector<std::string> names_in_source(const Impact& impact);
/// "book_assignments" -> "BookAssignment".
std::string model_name(const std::string& table);

}  // namespace migrate
