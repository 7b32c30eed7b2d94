// What libpg_query asks memory of, in place of malloc and its like (CMakeLists.txt names them so in the library): it
// writes to what it gets without a look.
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/no_memory.hpp"

namespace {

/// Its state is in the middle of something, so there is no way out but the end of the program, which rolls back.
template <class Pointer>
Pointer given(Pointer memory) {
  if (!memory) _exit(base::say_no_memory());
  return memory;
}

}  // namespace

extern "C" {

void* waxwing_parser_malloc(std::size_t size) { return given(std::malloc(size > 0 ? size : 1)); }

void* waxwing_parser_realloc(void* memory, std::size_t size) {
  return given(std::realloc(memory, size > 0 ? size : 1));
}

char* waxwing_parser_strdup(const char* text) { return given(strdup(text)); }
}
