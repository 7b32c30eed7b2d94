// The shape in which errors are shown.
#include "base/error.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
#include "support/catch.hpp"

using namespace base;

TEST_CASE("an error has five kinds of lines and its code at column 80", "[base]") {
  const Error error = Error(code::statement_failed, "cannot add column \"customer_id\" to \"orders\"")
                          .at("migrations/0007_order_customer.lua:14 in upgrade")
                          .because("ERROR 55P03: canceling statement due to lock timeout\nheld by pid 4711")
                          .advise("run again when the table is quieter")
                          .state("revision 0007 rolled back; database is at 0006");
  CHECK(render(error) ==
        "waxwing: cannot add column \"customer_id\" to \"orders\"                    WAX-2003\n"
        "  at migrations/0007_order_customer.lua:14 in upgrade\n"
        "  because  ERROR 55P03: canceling statement due to lock timeout\n"
        "           held by pid 4711\n"
        "  try      run again when the table is quieter\n"
        "  state    revision 0007 rolled back; database is at 0006\n");
  CHECK(split(render(error), '\n').front().size() == 80);
}

TEST_CASE("lines that have nothing to say are left out", "[base]") {
  const std::string text = render(Error(code::no_config, "no waxwing.lua"));
  CHECK(text == "waxwing: no waxwing.lua" + std::string(80 - 23 - 8, ' ') + "WAX-1002\n");
}

TEST_CASE("a headline that is too long keeps two blanks before its code", "[base]") {
  const std::string what(100, 'x');
  CHECK(render(Error(code::bug, what)) == "waxwing: " + what + "  WAX-9001\n");
  CHECK_THAT(render(Error(code::bug, "größe 数")),
             ContainsSubstring("größe 数" + std::string(80 - 8 - 9 - 8, ' ') + "WAX-9001"));
}

TEST_CASE("a headline of several lines is indented after the first", "[base]") {
  const std::string text = render(Error(code::bug, "first\nsecond"));
  CHECK_THAT(text, StartsWith("waxwing: first "));
  CHECK_THAT(text, ContainsSubstring("WAX-9001\n  second\n"));
}

TEST_CASE("places are listed from the inside out", "[base]") {
  Error error(code::script_error, "failed");
  error.at("inner.lua:1").at("outer.lua:2").headline("cannot run");
  CHECK_THAT(render(error), StartsWith("waxwing: cannot run "));
  CHECK_THAT(render(error), ContainsSubstring("  at inner.lua:1\n  at outer.lua:2\n"));
}

TEST_CASE("an error as JSON has the same parts", "[base]") {
  const auto json = to_json(Error(code::lock_busy, "busy").at("here").because("why").advise("wait").state("as before"));
  CHECK(json["schema_version"] == 1);
  CHECK(json["error"]["code"] == "WAX-2006");
  CHECK(json["error"]["what"] == "busy");
  CHECK(json["error"]["at"] == nlohmann::ordered_json::array({"here"}));
  CHECK(json["error"]["because"] == "why");
  CHECK(json["error"]["try"] == "wait");
  CHECK(json["error"]["state"] == "as before");
  CHECK(json["error"]["exit"] == 8);
}

TEST_CASE("codes are found by number, in any case", "[base]") {
  CHECK(find_error_code("WAX-2003") == &code::statement_failed);
  CHECK(find_error_code("wax-2003") == &code::statement_failed);
  CHECK(find_error_code("2003") == &code::statement_failed);
  CHECK(find_error_code("WAX-0000") == nullptr);
  CHECK(find_error_code("") == nullptr);
}

TEST_CASE("codes are sorted, unique and explained", "[base]") {
  std::string last;
  for (const ErrorCode* each : all_error_codes()) {
    INFO(each->id);
    CHECK(std::string(each->id).size() == 8);
    CHECK(last < each->id);
    CHECK(std::string_view(each->title).size() >= 10);
    CHECK(std::string_view(each->explanation).size() > 10);
    CHECK(each->exit != Exit::done);
    last = each->id;
  }
}
