// Values as configuration and scripts see them.
#include "base/value.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>

#include "support/catch.hpp"

using namespace base;

TEST_CASE("a value knows what it is", "[base]") {
  CHECK(Value().is_nil());
  CHECK(Value(SqlNull{}).is_sql_null());
  CHECK_FALSE(Value(SqlNull{}).is_nil());
  CHECK(Value(true).type_name() == "boolean");
  CHECK(Value(3).type_name() == "integer");
  CHECK(Value(3.5).type_name() == "number");
  CHECK(Value("x").type_name() == "string");
  CHECK(Value(List{}).type_name() == "list");
  CHECK(Value(Map{}).type_name() == "table");
  CHECK(Value().type_name() == "nil");
  CHECK(Value(SqlNull{}).type_name() == "null");
}

TEST_CASE("an entry is found by its name", "[base]") {
  const Value table = Map{{"a", 1}, {"b", List{"x", "y"}}};
  REQUIRE(table.find("b"));
  CHECK(*table.find("a") == Value(1));
  CHECK(table.find("b")->get_if<List>()->size() == 2);
  CHECK(table.find("c") == nullptr);
  CHECK(Value(1).find("a") == nullptr);
}

// AddressSanitizer ends the program where memory is lacking.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a copy that finds no memory leaves nothing behind", "[base]") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const Value large(std::string(64 << 20, 'x'));
    const Value list = List{1, large};
    const rlimit no_more{16 << 20, 16 << 20};
    if (setrlimit(RLIMIT_AS, &no_more) != 0) _exit(3);
    int caught = 0;
    for (const Value* each : {&large, &list}) try {
        const Value copy = *each;
      } catch (const std::bad_alloc&) {
        ++caught;
      }
    _exit(caught == 2 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
#endif
