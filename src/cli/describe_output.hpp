// A table, view, sequence, index or type as psql's \d shows it.
#pragma once
#include "base/console.hpp"
#include "schema/description.hpp"

namespace cli {

void print_description(base::Console& console, const schema::Description& description);

}  // namespace cli
