// Running a dump as one transaction, with statements of our own before and behind it.
#pragma once
#include <string>
#include <vector>

#include "postgres/client_programs.hpp"

namespace postgres {

/// What comes between `before` and `after`.
struct DumpScript {
  /// A plain dump; or else
  std::string plain_file;
  /// the arguments of pg_restore, once or several times.
  std::vector<std::vector<std::string>> archive_arguments;
};

/// Sends `before`, the script and `after` to psql as one transaction that ends at the first error. `after` and the
/// COMMIT are sent only when pg_restore has ended well, so that a broken archive never commits what came before the
/// break. Throws code::restore_failed with what psql or pg_restore said; the database is then as before.
void run_dump_in_transaction(const ClientPrograms& programs, const Url& url, const std::string& before,
                             const DumpScript& script, const std::string& after);

}  // namespace postgres
