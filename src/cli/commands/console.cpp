// waxwing console: Lua and SQL at a prompt.
#include "cli/command.hpp"
#include "cli/prompt/prompt.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) { return run_prompt(context, context.arguments.has("write")); }

}  // namespace

extern const Command console_command;
const Command console_command{
    "console",
    "",
    "A prompt for Lua and SQL on the database.",
    0,
    0,
    {{"--write", nullptr, "Let lines write; without it each transaction is read-only."}},
    run,
    "A line is Lua with db, schema, op, check, log, json and env, or a statement of SQL that ends in \";\". Values "
    "are\n"
    "printed, rows as a table. Names that a line sets stay. What is not finished goes on in the next line.\n\n"
    "  \\d [NAME]    describe a table; without a name, as \\dt\n"
    "  \\dt          list tables and views\n"
    "  \\sql TEXT    SQL, without a semicolon as well\n"
    "  \\x           each row as a block of its own, or rows as a table again\n"
    "  \\timing      say how long each line took\n"
    "  \\?           this list\n"
    "  \\q           leave, as Ctrl-D does\n\n"
    "Each line is a transaction of its own. begin() opens one that lasts until commit() or rollback(); in it a line "
    "that\n"
    "fails is undone alone, and the prompt has a star. Ctrl-C cancels the statement or clears the line. Tab completes\n"
    "tables, columns and names of Lua. Lines are kept in ~/.local/state/waxwing/history, except those that begin with "
    "a\n"
    "blank or may hold a secret. Without a terminal the lines are read from standard input, and the exit status is "
    "that\n"
    "of the last error."};

}  // namespace cli
