// The version, from the build.
#include "base/version.hpp"

namespace base {
const char* version() { return WAXWING_VERSION; }
}  // namespace base
