// Answers from a terminal.
#pragma once
#include <optional>
#include <string>

namespace cli {

/// The next line that is typed, without its end; nothing at the end of the input. Throws code::interrupted after
/// Ctrl+C.
std::optional<std::string> typed_line();

}  // namespace cli
