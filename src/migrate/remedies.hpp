// What to do about a statement that PostgreSQL refused, by its SQLSTATE.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "postgres/session.hpp"
#include "postgres/sql_error.hpp"

namespace migrate {

/// A refused statement with what is known around it.
struct Refusal {
  const postgres::Diagnostics& diagnostics;
  const std::string& sql;
  /// Answers questions to the catalogue; null when there is no database to ask. Never in a failed transaction.
  postgres::Session* session = nullptr;
};

/// A remedy is one row of all_remedies(). `advice` may look at the catalogue; it gives "" when it knows nothing better
/// than `general`.
struct Remedy {
  const char* sqlstate;
  /// The name of the condition in PostgreSQL's list (documentation, appendix A).
  const char* condition;
  const char* general;
  std::string (*advice)(const Refusal&);
};

/// In the order of their SQLSTATE.
const std::vector<Remedy>& all_remedies();
/// Null when there is none.
const Remedy* find_remedy(std::string_view sqlstate);

/// Fills the `try` line of an error that has none. `session` must not be in a failed transaction; what goes wrong with
/// it is kept quiet, since the refusal itself is the news.
void advise(postgres::SqlError& error, postgres::Session* session);

}  // namespace migrate
