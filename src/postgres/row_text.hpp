// A row as people read it in a message.
#pragma once
#include <string>

#include "postgres/session.hpp"

namespace postgres {

/// `id = 7, title = "Book 1"` of the first `columns` columns; long values are cut.
std::string row_text(const Result& result, std::size_t row, std::size_t columns);

}  // namespace postgres
