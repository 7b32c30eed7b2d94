// waxwing edit: opens a migration in the user's editor.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

base::Exit run(Context& context) {
  const std::string target = context.argument(0);
  revisions::Applied applied;
  if (target == "current" || target.starts_with("-") || target.starts_with("+")) {
    const auto connection = context.project().connect(migrate::Purpose::look);
    applied =
        revisions::applied_ids(revisions::Ledger(context.project().config().text("ledger_schema")).read(*connection));
  }
  const auto found = revisions::resolve_target(context.graph(), applied, target);
  if (found.empty()) throw base::Error(base::code::bad_target, fmt::format("\"{}\" names no revision", target));
  // Whoever wants JSON has an editor of its own.
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["revision"] = found.front()->id;
    json["path"] = found.front()->path;
    context.console.json(json);
    return base::Exit::done;
  }
  const char* editor = std::getenv("VISUAL");
  if (!editor || !*editor) editor = std::getenv("EDITOR");
  if (!editor || !*editor) editor = "vi";
  const std::string path = context.project().absolute(found.front()->path);
  // The editor may be several words ("code --wait"), so a shell splits them; the path is passed as an argument of its
  // own.
  const std::string command = std::string("exec ") + editor + " \"$1\"";
  execl("/bin/sh", "sh", "-c", command.c_str(), "sh", path.c_str(), nullptr);
  throw base::Error(base::code::program_missing, fmt::format("cannot start the editor {}", editor))
      .advise("export EDITOR=nano");
}

}  // namespace

extern const Command edit_command;
const Command edit_command{"edit", "REV", "Open a migration in $VISUAL or $EDITOR; with --json print its path.", 1, 1,
                           {},     run};

}  // namespace cli
