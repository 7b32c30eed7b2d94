// The header of a Lua migration, read without running it.
#include "revisions/header.hpp"
#include "support/input.hpp"

FUZZ_TARGET(fuzz::Input input) {
  fuzz::succeeds([&] {
    const auto revision = revisions::parse_lua_header(input.rest(), "migrations/a.lua");
    if (revision) fuzz::require(!revision->id.empty(), "a revision has an id");
  });
}
