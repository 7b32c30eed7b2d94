// What holds for every operation, whatever it does.
#include <set>

#include "base/error.hpp"
#include "case_file.hpp"
#include "lua_call.hpp"
#include "operations/documentation.hpp"
#include "operations/table_operations.hpp"
#include "support/catch.hpp"

namespace {

std::string error_of(const operations::OperationType& type, const base::Value& arguments) {
  try {
    type.read(arguments);
  } catch (const base::Error& error) {
    return error.what();
  }
  return "(no error)";
}

base::Value without(const base::Value& table, const std::string& key) {
  base::Map map;
  for (const auto& pair : *table.get_if<base::Map>())
    if (pair.first != key) map.push_back(pair);
  return map;
}

}  // namespace

TEST_CASE("operations have names of their own and are found by them", "[operations]") {
  std::set<std::string> names;
  for (const auto* type : operations::all_operations()) {
    CHECK(names.insert(type->name()).second);
    CHECK(operations::find_operation(type->name()) == type);
    CHECK(type->summary().back() == '.');
    std::set<std::string> keys;
    for (const auto& field : type->fields()) {
      INFO(type->name() << "." << field.name);
      CHECK(keys.insert(field.name).second);
      CHECK(field.doc.back() == '.');
    }
  }
  CHECK(operations::find_operation("add_colum") == nullptr);
}

TEST_CASE("the example of every operation is a call that it understands", "[operations]") {
  for (const auto* type : operations::all_operations()) {
    INFO(type->name());
    const auto op = tests::read_call(type->example());
    CHECK(op->type().name() == type->name());
    CHECK_FALSE(op->description().empty());
    CHECK(tests::read_call(op->lua())->lua() == op->lua());
  }
}

TEST_CASE("every operation names an unknown key and each required key that is missing", "[operations]") {
  for (const auto* type : operations::all_operations()) {
    const base::Value arguments = tests::evaluate_call(type->example()).arguments;
    base::Map more = *arguments.get_if<base::Map>();
    more.emplace_back("zzzzzz", true);
    CHECK_THAT(error_of(*type, more), StartsWith("op." + type->name() + ": unknown key \"zzzzzz\"; keys are "));
    for (const auto& field : type->fields())
      if (field.required)
        CHECK(error_of(*type, without(arguments, field.name)) ==
              "op." + type->name() + ": missing key \"" + field.name + "\"");
  }
}

TEST_CASE("every operation refuses a value of the wrong type by its key", "[operations]") {
  for (const auto* type : operations::all_operations()) {
    const base::Value arguments = tests::evaluate_call(type->example()).arguments;
    for (const auto& field : type->fields()) {
      if (field.lua_type.find("any") != std::string::npos) continue;
      base::Map wrong = *without(arguments, field.name).get_if<base::Map>();
      const bool takes_boolean = field.lua_type.find("boolean") != std::string::npos;
      wrong.emplace_back(field.name, takes_boolean ? base::Value(base::List{"x"}) : base::Value(true));
      INFO(field.lua_type);
      CHECK_THAT(error_of(*type, wrong), StartsWith("op." + type->name() + ": " + field.name + ": expected "));
    }
  }
}

TEST_CASE("texts that SQL has no place for are refused by their key", "[operations]") {
  const auto* backfill = operations::find_operation("backfill");
  const auto set_to = [&](const std::string& set) {
    return error_of(*backfill, base::Map{{"table", "t"}, {"set", set}});
  };
  CHECK(set_to(std::string("a = '\0'", 7)) == "op.backfill: set: a text with a zero byte cannot be written in SQL");
  CHECK(set_to("a = '\xFF'") == "op.backfill: set: a text that is not valid UTF-8 cannot be written in SQL");
  CHECK(set_to("a = 'é'") == "(no error)");
}

TEST_CASE("entries of a list are named by their position", "[operations]") {
  const auto* create_table = operations::find_operation("create_table");
  const auto error = [&](const char* lua) { return error_of(*create_table, tests::evaluate_call(lua).arguments); };
  CHECK(
      error(
          R"(op.create_table { name = "t", columns = { { name = "a", type = "int" }, { name = "b", type = true } } })") ==
      "op.create_table: columns[2].type: expected string, got boolean");
  CHECK(error(R"(op.create_table { name = "t", columns = { { name = "a" } } })") ==
        "op.create_table: columns[1]: missing key \"type\"");
  CHECK_THAT(
      error(R"(op.create_table { name = "t", columns = { { name = "a", type = "int", nulable = true } } })"),
      StartsWith(
          "op.create_table: columns[1]: unknown key \"nulable\"; did you mean \"not_null\"? keys are name, type, "));
  CHECK_THAT(
      error(
          R"(op.create_table { name = "t", columns = { { name = "a", type = "int", references = { table = "x", on_delete = "cascad" } } } })"),
      StartsWith(
          "op.create_table: columns[1].references.on_delete: \"cascad\" is not known here; did you mean \"cascade\"?"));
}

TEST_CASE("a call that is not one table with names is told how to write it", "[operations]") {
  const auto* drop_table = operations::find_operation("drop_table");
  CHECK(error_of(*drop_table, "books") ==
        "op.drop_table: expected a table with named keys, such as { name = ... }, got string");
  CHECK_THAT(error_of(*drop_table, base::List{"books"}),
             StartsWith("op.drop_table: entry 1 (\"books\") has no key; write name = ..."));
  CHECK_THAT(error_of(*drop_table, base::Map{{"name", "a"}, {"1", "books"}}),
             StartsWith("op.drop_table: entry 1 (\"books\") has no key"));
  CHECK(error_of(*drop_table, base::List{}) == "op.drop_table: missing key \"name\"");
  CHECK_THAT(error_of(*operations::find_operation("add_column"), base::Map{{"nullable", true}}),
             StartsWith("op.add_column: unknown key \"nullable\"; write not_null = true or not_null = false; keys are "
                        "table, name, type"));
}

TEST_CASE("an operation made in C++ is written as the call that a script would make", "[operations]") {
  const auto op = operations::make_operation(operations::AddColumn{
      .schema = "app",
      .table = "orders",
      .column = {.name = "note", .type = "text", .default_value = operations::Expression{"'it''s'"}}});
  CHECK(op->lua() ==
        R"(op.add_column { table = "orders", name = "note", type = "text", default = "'it''s'", schema = "app" })");
  CHECK(op->description() == "add column \"note\" to \"app.orders\"");
  REQUIRE(operations::operation_as<operations::AddColumn>(*op) != nullptr);
  CHECK(operations::operation_as<operations::DropColumn>(*op) == nullptr);
}

TEST_CASE("long calls are broken into lines and texts of several lines become long strings", "[operations]") {
  const auto op =
      tests::read_call(R"(op.create_view { name = "v", sql = "select 1\nfrom t where a[b[1]]", comment = "x" })");
  CHECK(op->lua() ==
        "op.create_view {\n  name = \"v\",\n  sql = [=[select 1\nfrom t where a[b[1]]]=],\n  comment = \"x\",\n}");
  CHECK(tests::read_call(op->lua())->sql() == op->sql());
}

TEST_CASE("the stub, the reference and the help show every operation with its keys", "[operations]") {
  const std::string stub = operations::lua_stub(), reference = operations::reference_markdown();
  for (const auto* type : operations::all_operations()) {
    CHECK_THAT(stub, ContainsSubstring("\nfunction op." + type->name() + "(args) end\n"));
    CHECK_THAT(reference, ContainsSubstring("\n### op." + type->name() + "\n"));
    const std::string help = operations::help_text(*type);
    for (const auto& field : type->fields()) CHECK_THAT(help, ContainsSubstring("\n  " + field.name));
  }
  CHECK_THAT(stub, ContainsSubstring("---@field columns waxwing.column[] Its columns"));
  CHECK_THAT(stub, ContainsSubstring("---@field references? string|waxwing.column_reference Referenced table"));
  CHECK_THAT(stub, ContainsSubstring("---@field uniques? (string[]|waxwing.unique)[] Unique constraints"));
  CHECK_THAT(stub, ContainsSubstring("---@class waxwing.column\n---@field name string Name of the column.\n"));
}
