// Sweeps: a command, a fault at every message of it, a judge that knows what the database may look like.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "fault.hpp"
#include "postgres/url.hpp"
#include "support/temporary_folder.hpp"

namespace tests {

/// What one run under faults came to.
struct Verdict {
  std::string point;
  /// What is wrong; empty when nothing is.
  std::string complaint;
  int status = 0;
  /// Exit 0 although the fault happened.
  bool finished_in_same_run = false;
  /// Did the faults happen at all?
  bool was_hit = false;
  FaultKind kind = FaultKind::cut;
};

class Workspace;

class Scenario {
 public:
  /// `before` is a target that the database is brought to first (empty for an empty database), `command` what is run
  /// under faults, `after` the ledger that it must end with.
  Scenario(std::string name, std::string before, std::vector<std::string> command, std::string after);

  const std::string& name() const { return name_; }
  int frontend_messages() const { return frontend_; }
  int backend_messages() const { return backend_; }
  /// Every message of the clean run, with each kind.
  std::vector<Fault> points(const std::vector<FaultKind>& kinds) const;
  Verdict run(const std::vector<Fault>& faults, Workspace& workspace) const;

 private:
  struct State {
    std::string ledger, schema;
    int journal = 0, intents = 0, invalid = 0;
  };
  postgres::Url prepare(Workspace& workspace) const;
  static State look(const postgres::Url& database);
  std::string judge(const State& state, int status, FaultKind kind) const;

  std::string name_, before_;
  std::vector<std::string> command_;
  std::string after_;
  int frontend_ = 0, backend_ = 0;
};

/// The project that all scenarios work on: transactions, a concurrent index build, a migration that leaves its
/// transaction, one that uses an enum value it adds, plain SQL; a counter tells how often each was run.
const std::string& fault_project();

/// Runs the points on two workers and prints a table. Returns the verdicts with a complaint.
std::vector<Verdict> sweep(const Scenario& scenario, const std::vector<std::vector<Fault>>& points);

}  // namespace tests
