// Counts brackets, and has the words.
#include "base/kept_json.hpp"

namespace base {

bool is_nested_too_deeply(std::string_view json) {
  constexpr int deepest = 100;
  int depth = 0;
  bool is_in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (is_in_text && c == '\\')
      ++i;
    else if (c == '"')
      is_in_text = !is_in_text;
    else if (!is_in_text && (c == '[' || c == '{'))
      ++depth;
    else if (!is_in_text && (c == ']' || c == '}'))
      --depth;
    if (depth > deepest) return true;
  }
  return false;
}

Error damaged_record(const ErrorCode& error_code, const std::string& what, const std::string& why) {
  return Error(error_code, what + " cannot be read")
      .because("it is not as waxwing wrote it: " + why)
      .advise("waxwing status    shows what is half done and the ways on");
}

}  // namespace base
