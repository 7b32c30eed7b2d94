// A result, or a refusal, that is kept in the journal and given again when the script is run a second time.
#pragma once
#include <string>

#include "postgres/session.hpp"
#include "postgres/sql_error.hpp"

namespace postgres {

std::string recorded(const Result& result);
std::string recorded(const SqlError& error);

/// What the statement `sql` answered when it ran; throws its SqlError again when it was refused. Throws
/// code::half_done_changed for what recorded() did not write.
Result replayed(const std::string& record, std::string_view sql);

/// What a result holds, in bytes.
std::size_t size_of(const Result& result);

}  // namespace postgres
