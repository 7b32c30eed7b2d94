// The manual page, made from the list of commands.
#pragma once
#include <string>

namespace cli {

/// waxwing(1) as roff; `cmake --install` puts it in place.
std::string man_page();

}  // namespace cli
