// The list of commands, in the order of help. A new command is one file in commands/ and its two lines here.
#include "cli/command.hpp"

namespace cli {

// clang-format off
#define WAXWING_COMMANDS(X) \
  X(init) \
  X(revision) \
  X(merge) \
  X(edit) \
  X(upgrade) \
  X(downgrade) \
  X(status) \
  X(resume) \
  X(abandon) \
  X(runs) \
  X(stamp) \
  X(plan) \
  X(preflight) \
  X(verify) \
  X(ci) \
  X(backup) \
  X(restore) \
  X(fix) \
  X(report) \
  X(run_book) \
  X(rollback_plan) \
  X(current) \
  X(history) \
  X(heads) \
  X(branches) \
  X(show) \
  X(check) \
  X(impact) \
  X(describe) \
  X(schema) \
  X(query) \
  X(run) \
  X(console) \
  X(sessions) \
  X(doctor) \
  X(ensure_version) \
  X(list_templates) \
  X(ping) \
  X(config) \
  X(private_cluster) \
  X(plugins) \
  X(plugin) \
  X(help) \
  X(explain) \
  X(completion)
// clang-format on

#define WAXWING_DECLARE(name) extern const Command name##_command;
WAXWING_COMMANDS(WAXWING_DECLARE)
#undef WAXWING_DECLARE

const std::vector<const Command*>& all_commands() {
  static const std::vector<const Command*> commands = {
#define WAXWING_ADDRESS(name) &name##_command,
      WAXWING_COMMANDS(WAXWING_ADDRESS)
#undef WAXWING_ADDRESS
  };
  return commands;
}

}  // namespace cli
