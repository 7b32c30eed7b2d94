// COPY by libpq: rows as they come, without a result that holds them all.
#pragma once
#include <libpq-fe.h>

#include <string>

#include "postgres/session.hpp"

namespace postgres {

/// Both leave the connection in order, also when `take` or `next` throws: the server's statement is then cancelled.
/// False when the server refused or the connection is gone; the error is the connection's own.
bool raw_copy_out(PGconn* connection, const std::string& sql, const CopySink& take, std::uint64_t& rows);
bool raw_copy_in(PGconn* connection, const std::string& sql, const CopySource& next, std::uint64_t& rows);

}  // namespace postgres
