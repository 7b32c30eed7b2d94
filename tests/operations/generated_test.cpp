// The generated files are those of the field lists. WAXWING_REGENERATE=1 writes them anew.
#include <cstdlib>

#include "base/files.hpp"
#include "operations/documentation.hpp"
#include "support/catch.hpp"

namespace {

void compare(const std::string& path, const std::string& text) {
  const std::string file = std::string(WAXWING_SOURCE_DIR "/") + path;
  if (std::getenv("WAXWING_REGENERATE")) base::write_file(file, text);
  if (!base::file_exists(file)) {
    WARN(path << " is not there; WAXWING_REGENERATE=1 test_operations writes it");
    return;
  }
  INFO("WAXWING_REGENERATE=1 test_operations writes " << path << " anew");
  CHECK(base::read_file(file) == text);
}

}  // namespace

TEST_CASE("the editor stub is generated from the field lists", "[operations][generated]") {
  compare("lua/meta/op.gen.lua", operations::lua_stub());
}

TEST_CASE("the reference of the operations is generated from the field lists", "[operations][generated]") {
  compare("docs/reference/operations.md", operations::reference_markdown());
}
