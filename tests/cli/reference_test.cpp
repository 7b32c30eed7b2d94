// The reference pages say what the program says. WAXWING_REGENERATE=1 writes them anew.
#include <fmt/format.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/run.hpp"
#include "cli/topics.hpp"
#include "schema/catalogue.hpp"
#include "support/catch.hpp"
#include "support/waxwing_program.hpp"

namespace {

void compare(const std::string& name, const std::string& text) {
  const std::string file = WAXWING_SOURCE_DIR "/docs/reference/" + name;
  if (std::getenv("WAXWING_REGENERATE")) base::write_file(file, text);
  INFO("WAXWING_REGENERATE=1 test_cli writes " << file << " anew");
  CHECK(base::read_file(file) == text);
}

std::string help(const std::vector<std::string>& words) {
  std::vector<std::string> arguments = {"help"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  return tests::waxwing(arguments).out;
}

std::string block(const std::string& text) { return "```\n" + std::string(base::trim(text)) + "\n```\n"; }

}  // namespace

TEST_CASE("the reference of the commands", "[cli][reference]") {
  std::string page = "# Commands\n\nWhat `waxwing help` and `waxwing COMMAND --help` print.\n\n" + block(help({}));
  for (const cli::Command* command : cli::all_commands()) {
    std::string text = cli::command_help(*command);
    text.erase(text.find("\noptions of every command"));
    page += fmt::format("\n## {}\n\n", command->name) + block(text);
  }
  compare("commands.md", page);
}

TEST_CASE("the reference of the settings", "[cli][reference]") {
  compare("config.md", "# Settings\n\nWhat `waxwing help config` prints.\n\n" + block(help({"config"})));
}

TEST_CASE("the reference of exit status and error codes", "[cli][reference]") {
  std::string page =
      "# Exit status and error codes\n\nWhat `waxwing help exit-codes` and `waxwing explain` print.\n\n" +
      block(help({"exit-codes"})) + "\n| code | exit | | |\n|---|---|---|---|\n";
  for (const base::ErrorCode* code : base::all_error_codes())
    page += fmt::format("| {} | {} | {} | {} |\n", code->id, static_cast<int>(code->exit), code->title,
                        base::replace_all(code->explanation, "|", "\\|"));
  compare("exit-codes.md", page);
}

TEST_CASE("the reference of the checks", "[cli][reference]") {
  std::string page =
      "# Checks\n\nA check goes into `m.preflight` (before anything changes, in a read-only transaction) or `m.verify` "
      "(inside the step's transaction, after the change). `waxwing help check NAME` prints the same.\n\nEvery check "
      "also "
      "takes `doing`, `ok`, `failed` and `advice`: what it says while it runs, when it holds, when it fails, and what "
      "to "
      "do then. `{count}` and the check's own values are filled in.\n";
  for (const script::CheckType& check : script::all_checks()) {
    page += fmt::format("\n## check.{}\n\n{}\n\n| key | type | |\n|---|---|---|\n", check.name, check.summary);
    for (const operations::FieldInfo& field : check.fields)
      page += fmt::format("| `{}`{} | {} | {} |\n", field.name, field.required ? " (required)" : "", field.lua_type,
                          base::replace_all(field.doc, "|", "\\|"));
  }
  compare("checks.md", page);
}

TEST_CASE("the reference of the questions to the catalogue", "[cli][reference]") {
  std::string page =
      "# Questions to the catalogue\n\n`schema.NAME(...)` in a script. The last argument may be a schema; without it "
      "the "
      "search_path decides.\n\n| call | answer |\n|---|---|\n";
  for (const schema::Question& question : schema::all_questions())
    page += fmt::format("| `schema.{}` | {} |\n", question.usage, question.doc);
  page +=
      "| `schema.at(\"a41f\")` | has_schema, has_table, has_view, has_column, column_type, columns and tables as a run "
      "that ended at this revision has left them: see [scripts and the console](../guide/scripts-and-console.md). |\n";
  compare("schema.md", page);
}

TEST_CASE("every topic of help has a text that ends in a line", "[cli]") {
  for (const cli::Topic& topic : cli::all_topics()) {
    INFO(topic.name);
    const std::string text = help({topic.name});
    CHECK(text.size() > 100);
    CHECK(text.ends_with("\n"));
  }
}
