// Values as configuration and scripts see them.
#include "base/value.hpp"

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
