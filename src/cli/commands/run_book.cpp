// waxwing run-book: the guide of one migration, and its steps one after the other.
#include "migrate/run_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_book_walk.hpp"
#include "cli/said_environment.hpp"

namespace cli {

namespace {

using base::Error;

const revisions::Revision& chosen_revision(Context& context, postgres::Connection& connection) {
  const std::string name = context.argument(0);
  const revisions::Applied applied =
      revisions::applied_ids(revisions::Ledger(context.project().config().text("ledger_schema")).read(connection));
  const auto chosen = revisions::resolve_target(context.graph(), applied, name);
  if (chosen.size() != 1)
    throw Error(base::code::bad_target, fmt::format("\"{}\" is not one revision", name)).advise("waxwing history");
  return *chosen.front();
}

/// The connection is closed before the first step, which may want the database for itself.
base::Exit execute(Context& context, std::unique_ptr<postgres::Connection> connection,
                   const revisions::Revision& revision) {
  const revisions::Applied applied =
      revisions::applied_ids(revisions::Ledger(context.project().config().text("ledger_schema")).read(*connection));
  const bool is_applied = std::find(applied.begin(), applied.end(), revision.id) != applied.end();
  const Walk walk{revision, is_applied, migrate::read_identity(*connection),
                  migrate::run_book_steps(context.project(), revision)};
  connection.reset();
  return walk_run_book(context, walk);
}

base::Exit run(Context& context) {
  const bool executes = context.arguments.has("execute");
  for (const char* option : {"yes", "confirm", "restart", "from"})
    if (!executes && context.arguments.has(option))
      throw Error(base::code::usage, fmt::format("--{} is for --execute", option)).advise("waxwing help run-book");
  for (const char* option : {"md", "output"})
    if (executes && context.arguments.has(option))
      throw Error(base::code::usage, fmt::format("--{} and --execute exclude each other", option))
          .advise("waxwing help run-book");
  if (context.arguments.has("md") && context.json())
    throw Error(base::code::usage, "--md and --json exclude each other");
  auto connection = context.project().connect(migrate::Purpose::check);
  const revisions::Revision& revision = chosen_revision(context, *connection);
  if (executes) return execute(context, std::move(connection), revision);
  migrate::RunBook book = migrate::make_run_book(context.project(), revision, *connection);
  for (migrate::RunBookSection& section : book.sections)
    for (migrate::RunBookBlock& block : section.blocks)
      block.text = with_environment(block.text, context.arguments.value("env"));
  const std::string text = context.json()                ? migrate::to_json(book).dump(2) + "\n"
                           : context.arguments.has("md") ? migrate::run_book_markdown(book)
                                                         : migrate::run_book_text(book);
  if (const std::string file = context.arguments.value("output"); !file.empty()) {
    base::write_file(file, text);
    context.console.info("run-book", "written to " + file);
  } else {
    context.console.raw(text);
  }
  return base::Exit::done;
}

}  // namespace

extern const Command run_book_command;
const Command run_book_command{
    "run-book",
    "REV [--md | --execute]",
    "Write the guide of one migration, filled in for this database, or carry it out step by step.",
    1,
    1,
    {{"--md", nullptr, "As Markdown."},
     {"-o,--output", "FILE", "Write to FILE instead of stdout."},
     {"--execute", nullptr, "Do the steps, and go on where an earlier run stopped."},
     {"--yes", nullptr, "With --execute: do not ask before each step; needed where there is no terminal."},
     {"--confirm", "NAME", "With --execute: the database's name, where the environment wants it typed."},
     {"--from", "STEP", "With --execute: begin with the step of this name."},
     {"--restart", nullptr, "With --execute: begin with the first step."}},
    run,
    "The guide has warnings, what changes, a checklist, commands, rollback, troubleshooting, success criteria and\n"
    "contacts. It is made of the migration's header, m.guide and checks, of what its statements will do to this\n"
    "database, and of the backups that there are. The steps are those of run_book in waxwing.lua, or backup,\n"
    "preflight, upgrade, verify and report, with the commands of `application` around them. How far they are done is\n"
    "in .waxwing/run-book/; a step that fails ends the run with its exit status."};

}  // namespace cli
