// The version of waxwing.
#pragma once

namespace base {
/// "0.1.0"
const char* version();
}  // namespace base
