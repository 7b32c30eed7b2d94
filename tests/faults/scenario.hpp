// A scenario: where a database stands, a command that is run on it under faults, and where it must stand then. The
// judge is generated: a clean run, one revision at a time, shows what each prefix looks like.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "fault.hpp"
#include "postgres/url.hpp"

namespace tests {

class Workspace;

/// What one run under faults came to.
struct Verdict {
  std::string point;
  /// "cut", or "two faults".
  std::string kind;
  /// What is wrong; empty when nothing is.
  std::string complaint;
  int status = 0;
  /// Did the faults happen at all?
  bool was_hit = false;
};

/// How a scenario's database comes to be: commands, of which the last may be killed before the message that begins with
/// `killed_before`, which leaves a migration half done.
struct Beginning {
  std::vector<std::vector<std::string>> commands;
  std::string killed_before{};
};

class Scenario {
 public:
  /// `command` is what is run under faults, in it RUN stands for the fix that was run on the database; `after` is the
  /// ledger that it must end with: revisions, then "fix", "undo" and "script" for what was done beside them.
  Scenario(std::string name, Beginning beginning, std::vector<std::string> command, std::string after);

  const std::string& name() const { return name_; }
  /// Every message of the clean run, with each kind.
  std::vector<Fault> points(const std::vector<FaultKind>& kinds) const;
  /// Runs the command under faults, judges, runs it again where that is due, judges again.
  Verdict run(const std::vector<Fault>& faults, Workspace& workspace) const;

 private:
  struct State {
    std::string ledger, schema;
    int journal = 0, intents = 0, invalid = 0;
  };
  /// The database as the command finds it.
  postgres::Url prepare(Workspace& workspace) const;
  void begin(const postgres::Url& database) const;
  static State look(Workspace& workspace);
  std::string judge(const State& state, int status) const;
  std::string judge_status(const State& state, int status, const std::vector<Fault>& faults,
                           const std::string& output) const;
  std::vector<std::string> second_command(const State& state) const;

  const std::string name_;
  const Beginning beginning_;
  const std::vector<std::string> command_;
  const std::string after_;
  /// What the beginning makes, as statements: filling a database from them is quicker than the commands, and than a
  /// copy. Empty where there is no dump.
  std::string start_sql_;
  State start_, end_;
  int frontend_ = 0, backend_ = 0;
  /// What the schema is by the ledger.
  std::map<std::string, std::string> prefixes_;
};

}  // namespace tests
