// One point: prepare, run through the proxy, look, judge; again without it.
#include "scenario.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "base/error.hpp"
#include "base/files.hpp"
#include "fault_project.hpp"
#include "proxy.hpp"
#include "support/child.hpp"
#include "support/temporary_folder.hpp"
#include "workspace.hpp"

namespace tests {

namespace {

constexpr int limit_ms = 60000;

std::string output_file(const std::string& name) {
  static const TemporaryFolder folder;
  return folder.path() + "/" + name;
}

std::vector<std::string> with_place(std::vector<std::string> command, const postgres::Url& url) {
  command.insert(command.end(), {"-C", fault_project(), "--url", url.conninfo()});
  return command;
}

int run_program(const std::vector<std::string>& command, const postgres::Url& url, const std::string& output) {
  return Child(with_place(command, url), output).wait(limit_ms);
}

/// A command as it is typed for this database: the word RUN is the fix that was run on it.
std::vector<std::string> typed(std::vector<std::string> command, Workspace& workspace) {
  for (std::string& word : command)
    if (word == "RUN") word = workspace.session().query("SELECT run FROM waxwing.fix WHERE undoes IS NULL").text(0, 0);
  return command;
}

/// What was done beside migrations, in words for the end of a ledger: " fix undo".
std::string done_beside(postgres::Connection& connection) {
  std::string words;
  if (connection.query("SELECT to_regclass('waxwing.fix') IS NOT NULL").boolean(0, 0))
    words = connection
                .query(
                    "SELECT coalesce(string_agg(CASE WHEN undoes IS NULL THEN ' fix' ELSE ' undo' END, '' ORDER BY "
                    "committed_at), '') FROM waxwing.fix")
                .text(0, 0);
  return words + connection
                     .query(
                         "SELECT coalesce(string_agg(' script', ''), '') FROM waxwing.run WHERE command = 'run' AND "
                         "outcome = 'done'")
                     .text(0, 0);
}

void must_run(const std::vector<std::string>& command, const postgres::Url& url) {
  const std::string output = output_file(url.database() + ".prepare");
  if (run_program(command, url, output) != 0) throw std::runtime_error(base::read_file(output));
}

/// Runs a command through the proxy. `hands` may be given without signal_client.
int run_under(const std::vector<Fault>& faults, FaultHands hands, const std::vector<std::string>& command,
              const postgres::Url& url, const std::string& output, bool* was_hit) {
  std::atomic<int> pid = 0;
  hands.signal_client = [&](int signal) {
    while (pid == 0) usleep(100);
    kill(pid, signal);
  };
  const Proxy proxy(url, faults, hands);
  Child child(with_place(command, proxy.url()), output);
  pid = child.pid();
  const int status = child.wait(limit_ms);
  *was_hit = proxy.is_through();
  return status;
}

}  // namespace

Scenario::Scenario(std::string name, Beginning beginning, std::vector<std::string> command, std::string after)
    : name_(std::move(name)), beginning_(std::move(beginning)), command_(std::move(command)), after_(std::move(after)) {
  // The clean run, counted by the proxy; then step by step, to see every prefix.
  const auto borrowed = Workspace::borrow(false);
  Workspace& workspace = *borrowed;
  const postgres::Url url = prepare(workspace);
  if (!beginning_.commands.empty()) start_sql_ = workspace.dump();
  start_ = look(workspace);
  {
    const std::vector<std::string> words = typed(command_, workspace);
    const Proxy proxy(url, {}, {});
    must_run(words, proxy.url());
    frontend_ = proxy.frontend_messages();
    backend_ = proxy.backend_messages();
  }
  end_ = look(workspace);
  const postgres::Url steps = prepare(workspace);
  std::vector<std::string> one = typed(command_, workspace);
  if (command_[0] == "upgrade" || command_[0] == "downgrade") one[1] = command_[0] == "upgrade" ? "+1" : "-1";
  for (State state = look(workspace);; state = look(workspace)) {
    if (state.journal == 0) prefixes_[state.ledger] = state.schema;
    if (state.ledger == after_ && state.journal == 0) break;
    must_run(one, steps);
  }
  if (end_.ledger != after_ || end_.schema != prefixes_[after_] || end_.journal != 0)
    throw std::runtime_error(name_ + ": the clean run does not end as the single steps do");
}

postgres::Url Scenario::prepare(Workspace& workspace) const {
  const postgres::Url url = workspace.emptied(start_sql_);
  if (start_sql_.empty()) begin(url);
  return url;
}

void Scenario::begin(const postgres::Url& url) const {
  for (const auto& command : beginning_.commands) {
    if (beginning_.killed_before.empty() || &command != &beginning_.commands.back()) {
      must_run(command, url);
      continue;
    }
    const std::string output = output_file(url.database() + ".prepare");
    bool was_hit = false;
    run_under({{'F', 1, FaultKind::kill, beginning_.killed_before}}, {}, command, url, output, &was_hit);
    if (!was_hit)
      throw std::runtime_error("no message says " + beginning_.killed_before + "\n" + base::read_file(output));
  }
}

Scenario::State Scenario::look(Workspace& workspace) {
  State state;
  postgres::Connection* connection = &workspace.session();
  connection->query("SET search_path = public");
  if (connection->query("SELECT to_regclass('waxwing.revision') IS NOT NULL").boolean(0, 0)) {
    state.ledger = connection
                       ->query(
                           "SELECT coalesce(string_agg(revision, ' ' ORDER BY pg_catalog.length(revision), revision), "
                           "'') FROM waxwing.revision")
                       .text(0, 0) +
                   done_beside(*connection);
    const postgres::Result journal =
        connection->query("SELECT count(*), count(*) FILTER (WHERE state = 'intent') FROM waxwing.journal");
    state.journal = static_cast<int>(journal.integer(0, 0));
    state.intents = static_cast<int>(journal.integer(0, 1));
  }
  state.schema =
      connection
          ->query(
              "SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM ("
              "SELECT format('column %s.%s %s %s', table_name, column_name, data_type, is_nullable) AS line "
              "FROM information_schema.columns WHERE table_schema = 'public' UNION ALL "
              "SELECT format('index %s %s %s', indexrelid::regclass, indisvalid, pg_get_indexdef(indexrelid)) "
              "FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace "
              "UNION ALL "
              "SELECT format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint "
              "WHERE connamespace = 'public'::regnamespace UNION ALL "
              "SELECT format('enum %s %s', enumtypid::regtype, enumlabel) FROM pg_enum) AS lines")
          .text(0, 0);
  if (connection->query("SELECT to_regclass('counter') IS NOT NULL").boolean(0, 0))
    state.schema +=
        "\n" + connection->query("SELECT coalesce(string_agg(name || ' ' || n, ', ' ORDER BY name), '') FROM counter")
                   .text(0, 0);
  if (connection->query("SELECT to_regclass('t') IS NOT NULL").boolean(0, 0))
    state.schema +=
        "\n" + connection->query("SELECT coalesce(string_agg(t::text, ' ' ORDER BY id), '') FROM t").text(0, 0);
  state.invalid =
      static_cast<int>(connection->query("SELECT count(*) FROM pg_index WHERE NOT indisvalid").integer(0, 0));
  return state;
}

std::vector<Fault> Scenario::points(const std::vector<FaultKind>& kinds) const {
  std::vector<Fault> points;
  for (const FaultKind kind : kinds) {
    for (int at = 1; at <= frontend_; ++at) points.push_back({'F', at, kind});
    for (int at = 1; at <= backend_; ++at) points.push_back({'B', at, kind});
  }
  return points;
}

std::string Scenario::judge(const State& state, int status) const {
  if (status == 0 && state.ledger != after_) return "exit 0 at \"" + state.ledger + "\"";
  if (status == 0 && state.journal != 0) return "exit 0 with a journal";
  if (state.invalid > 0 && state.intents == 0) return "an invalid index without an intent";
  if (state.journal > 0) {
    if (state.ledger == start_.ledger || prefixes_.contains(state.ledger)) return {};
    return "the ledger is no prefix: " + state.ledger;
  }
  const auto prefix = prefixes_.find(state.ledger);
  if (prefix == prefixes_.end()) return "the ledger is no prefix, or its journal is gone: \"" + state.ledger + "\"";
  if (state.schema == prefix->second) return {};
  return "schema and ledger disagree at \"" + state.ledger + "\":\n" + state.schema + "\nexpected:\n" + prefix->second;
}

/// A client that lives must end well; one that is ended from outside may say so.
std::string Scenario::judge_status(const State& state, int status, const std::vector<Fault>& faults,
                                   const std::string& output) const {
  if (status == 0) return {};
  if (status == -1) return "it hung";
  const auto has = [&](FaultKind kind) {
    return std::any_of(faults.begin(), faults.end(), [kind](const Fault& fault) { return fault.kind == kind; });
  };
  if (has(FaultKind::interrupt) && status == 143) return {};
  if (has(FaultKind::kill) && status == 137) return {};
  // A script is not run again by itself. What became of it must be true, or said to be unknown.
  if (command_[0] == "run") {
    if (status == static_cast<int>(base::Exit::outcome_unknown)) return {};
    if (state.ledger == start_.ledger && output.find("rolled back") != std::string::npos) return {};
  }
  // A server that is gone before the first connection was made is refused like one that was never there.
  if (has(FaultKind::stop) && status == static_cast<int>(base::Exit::cannot_connect) && state.ledger == start_.ledger &&
      output.find("connecting again") == std::string::npos)
    return {};
  return fmt::format("exit {}", status);
}

/// What a user does next: the same again, or `upgrade` where that command was about a statement or a migration that is
/// behind us. Empty: there is nothing to do.
std::vector<std::string> Scenario::second_command(const State& state) const {
  if (command_[0] == "run" && state.ledger == after_) return {};
  if (start_.journal == 0 || command_[0] == "upgrade") return command_;
  if (state.journal == 0) return {};
  const bool is_about_statement = command_.size() > 1 && (command_[1] == "--skip" || command_[1] == "--retry");
  const bool is_as_before = state.journal - state.intents == start_.journal - start_.intents;
  if (is_about_statement && !(command_[1] == "--skip" && is_as_before)) return {"resume"};
  return command_;
}

Verdict Scenario::run(const std::vector<Fault>& faults, Workspace& workspace) const {
  Verdict verdict;
  verdict.kind = faults.size() == 1 ? faults[0].kind_name() : "two faults";
  verdict.point = name_;
  for (const Fault& fault : faults) verdict.point += " " + fault.text();
  const postgres::Url server = prepare(workspace);
  const std::vector<std::string> words = typed(command_, workspace);
  const std::string output = output_file(server.database() + ".log");
  FaultHands hands;
  hands.terminate_sessions = [&] { workspace.terminate_sessions(); };
  hands.stop_server = [&] { workspace.stop_server(); };
  verdict.status = run_under(faults, hands, words, server, output, &verdict.was_hit);
  workspace.wait_for_server();
  workspace.wait_for_sessions();
  const State first = look(workspace);
  verdict.complaint = judge(first, verdict.status);
  verdict.complaint += judge_status(first, verdict.status, faults, base::read_file(output));
  std::string again;
  if (const std::vector<std::string> command = second_command(first); !command.empty()) {
    const int second = run_program(command == command_ ? words : command, server, output + ".second");
    again = base::read_file(output + ".second");
    const State end = look(workspace);
    if (second != 0) verdict.complaint += fmt::format("\nthe second run ends with {}", second);
    if (const std::string complaint = judge(end, 0); second == 0 && !complaint.empty())
      verdict.complaint += "\nafter the second run: " + complaint;
    else if (second == 0 && end.schema != end_.schema)
      verdict.complaint += "\nthe second run ends with another schema:\n" + end.schema;
  }
  if (!verdict.complaint.empty()) verdict.complaint += "\n" + base::read_file(output) + "--- second run\n" + again;
  return verdict;
}

}  // namespace tests
