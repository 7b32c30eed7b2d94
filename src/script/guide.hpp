// m.guide: what the author of a migration tells the people around it. Reports print it.
#pragma once
#include <string>

#include "base/value.hpp"

namespace script {

/// Throws code::bad_header for a key that a guide does not have or a value of another shape, naming both.
void check_guide(const base::Value& guide, const std::string& path);

}  // namespace script
