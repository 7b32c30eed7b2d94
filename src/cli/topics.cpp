// The topics of `waxwing help TOPIC`.
#include "cli/topics.hpp"

namespace cli {

const std::vector<Topic>& all_topics() {
  static const std::vector<Topic> topics = {
      {"targets",
       "Targets: how to say where to go\n\n"
       "  ae1027a6acf        a revision by its full id\n"
       "  ae10               by a prefix that fits only one\n"
       "  head               the newest revision; an error when there are several heads\n"
       "  heads              all of them\n"
       "  base               before the first revision\n"
       "  current            where the database is\n"
       "  +2  -1             that many steps from where the database is\n"
       "  ae10+2  ae10-1     that many steps from a revision\n"
       "  billing@head       the head of the branch labelled billing\n"
       "  billing@+2         two steps along that branch\n"
       "  billing@base       undo that branch\n\n"
       "Ranges, for history -r and --sql\n\n"
       "  a:b                from a to b\n"
       "  :head   a:         from the base; to the head\n"
       "  -3:current         from three before the current one up to it\n"},
      {"quick",
       "The commands of every day\n\n"
       "  waxwing init .                          make a project (once)\n"
       "  waxwing revision -m \"add orders\"        write a migration\n"
       "  waxwing plan                            what would an upgrade do?\n"
       "  waxwing upgrade head                    apply what is pending\n"
       "  waxwing current                         where is the database?\n"
       "  waxwing history -i                      the revisions, the current one marked\n"
       "  waxwing downgrade -1                    undo the last one\n"
       "  waxwing upgrade head --sql > x.sql      the SQL, for review\n"
       "  waxwing stamp head                      adopt a database that is up to date already\n"},
      {"plugins",
       "Plugins\n\n"
       "  plugins/NAME/plugin.lua returns\n\n"
       "  plugin {\n"
       "    name = \"NAME\", version = \"1.0.0\", api = 1, summary = \"...\",\n"
       "    needs = { \"http\", \"shell\", \"files\", \"database\", \"database-write\" },\n"
       "    options = { url = { type = \"string\", doc = \"...\", required = true, default = ..., secret = true } },\n"
       "    hooks = {\n"
       "      on_before_run, on_before_migration, on_before_op, on_after_statement, on_check,\n"
       "      on_after_migration, on_error, on_after_run, on_backup, on_restore = function(event) ... end,\n"
       "    },\n"
       "    preflight = function(step) return { check.no_rows { ... } } end,\n"
       "    checks   = { my_check = { summary, fields, doing, ok, failed, run = function(args, tools) ... end } },\n"
       "    ops      = { my_op = { summary, fields, run = function(args) op.add_column { ... } end } },\n"
       "    commands = { [\"my-command\"] = { summary, usage, run = function(words) ... end } },\n"
       "  }\n\n"
       "  A field is { name, type, required, doc }; a check's run returns { passed, values, lines, sql, advice }.\n"
       "  Types are string, integer, number, boolean, table, string[], function and any.\n\n"
       "  It is used when waxwing.lua names it, in this order:\n\n"
       "  plugins = { \"timing\", { name = \"services\", allow = { \"shell\" }, stop = \"docker-compose down\" } }\n\n"
       "  waxwing plugins            what there is\n"
       "  waxwing plugins NAME       its options, hooks, checks, operations and commands\n"
       "  waxwing plugin new NAME    write one\n"
       "  waxwing plugin test NAME   run its tests\n"},
      {"exit-codes",
       "Exit status\n\n"
       "    0  done                      9  refused (irreversible, not confirmed)\n"
       "    1  failed and rolled back   10  cannot connect\n"
       "    2  usage or configuration   11  an applied file was edited\n"
       "    3  not initialised          12  outcome unknown\n"
       "    4  revisions are pending    70  a bug in waxwing\n"
       "    6  a check failed          130  interrupted (SIGINT)\n"
       "    8  another migrator works  143  terminated (SIGTERM, SIGHUP)\n"},
  };
  return topics;
}

const Topic* find_topic(std::string_view name) {
  for (const Topic& topic : all_topics())
    if (name == topic.name) return &topic;
  return nullptr;
}

}  // namespace cli
