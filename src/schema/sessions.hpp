// Who else is connected to the database.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace schema {

struct OtherSession {
  int pid = 0;
  std::string application, user, client, state;
  /// Age of the open transaction and of the statement, in seconds.
  std::optional<double> transaction_s, query_s;
  /// "Lock: relation", "Client: ClientRead"; empty while it works.
  std::string waits_for;
  /// Processes that hold what it waits for.
  std::vector<int> blocked_by;
  std::string query_start;
  /// What it runs or ran last, without the values in it.
  std::string query;
};

/// Client sessions on this database but the asking one, oldest transaction first.
std::vector<OtherSession> read_other_sessions(postgres::Session& session);

/// SQL with its strings and dollar quotes replaced by '***', on one line: a statement of a stranger may hold a
/// password.
std::string without_values(std::string_view sql);

}  // namespace schema
