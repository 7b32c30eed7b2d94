// The judge is generated: a clean run, one revision at a time, shows what each prefix looks like.
#include "sweep.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/files.hpp"
#include "postgres/connection.hpp"
#include "postgres/private_cluster.hpp"
#include "proxy.hpp"
#include "support/child.hpp"
#include "support/database.hpp"

namespace tests {

namespace {

constexpr int limit_ms = 60000;

const TemporaryFolder& folder() {
  static const TemporaryFolder folder;
  return folder;
}

void write_migration(const std::string& revision, const std::string& revises, const std::string& header,
                     const std::string& up, const std::string& down) {
  base::write_file(
      folder().path() + "/migrations/" + revision + ".lua",
      fmt::format("local m = migration {{ revision = '{}', revises = {}{} }}\nfunction m.upgrade()\n{}\nend\n"
                  "function m.downgrade()\n{}\nend\nreturn m\n",
                  revision, revises.empty() ? "nil" : "'" + revises + "'", header, up, down));
}

std::string counted(const std::string& name) {
  return fmt::format(
      "  db.execute('insert into counter values ($1, 1) on conflict (name) do update set n = counter.n + 1', '{}')\n",
      name);
}

int run_program(const std::vector<std::string>& command, const postgres::Url& url, const std::string& output) {
  std::vector<std::string> words = command;
  words.insert(words.end(), {"-C", fault_project(), "--url", url.conninfo()});
  return Child(words, output).wait(limit_ms);
}

std::unique_ptr<postgres::Connection> look_at(const postgres::Url& url) {
  postgres::ConnectOptions options;
  options.for_migration = false;
  options.wait = std::chrono::seconds(20);
  return postgres::Connection::open(url, options);
}

postgres::Url with_database(const std::string& name) {
  postgres::Url url = superuser_url();
  url.set("dbname", name);
  return url;
}

std::string new_name() {
  static std::atomic<int> count = 0;
  return fmt::format("fault_{}_{}", getpid(), ++count);
}

void terminate_sessions(const std::string& database) {
  look_at(superuser_url())
      ->query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", {{database}});
}

/// A killed client's session may still be at work.
void wait_for_sessions(const std::string& database) {
  const auto connection = look_at(superuser_url());
  for (int i = 0; i < 3000; ++i) {
    if (connection
            ->query("SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'", {{database}})
            .empty())
      return;
    usleep(5000);
  }
}

std::map<std::string, std::string>& prefixes() {
  static std::map<std::string, std::string> prefixes;
  return prefixes;
}

}  // namespace

/// A database that many points use one after the other: emptying it is quicker than making one. Now and then a new one,
/// because the catalogue grows.
class Workspace {
 public:
  Workspace() = default;
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() {
    if (!name_.empty()) look_at(superuser_url())->query("DROP DATABASE " + name_ + " WITH (FORCE)");
  }
  postgres::Url emptied() {
    if (uses_++ % 100 == 0) {
      if (!name_.empty()) look_at(superuser_url())->query("DROP DATABASE " + name_ + " WITH (FORCE)");
      name_ = new_name();
      look_at(superuser_url())->query("CREATE DATABASE " + name_ + " TEMPLATE template0");
    } else {
      look_at(with_database(name_))
          ->query("DROP SCHEMA IF EXISTS waxwing CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }
    return with_database(name_);
  }

 private:
  std::string name_;
  int uses_ = 0;
};

const std::string& fault_project() {
  static const std::string path = [] {
    std::filesystem::create_directories(folder().path() + "/migrations");
    base::write_file(folder().path() + "/waxwing.lua", "return { lock_wait_s = 30, reconnect_s = 20 }\n");
    write_migration("r1", "", "",
                    "  op.create_table { name = 'counter', columns = { { name = 'name', type = 'text', primary_key = "
                    "true }, { name = 'n', type = 'integer' } } }\n"
                    "  op.create_table { name = 't', columns = { { name = 'id', type = 'integer', primary_key = true "
                    "}, { name = 'v', type = 'text' } } }\n"
                    "  db.execute('insert into t select i, i::text from generate_series(1, 50) as i')\n" +
                        counted("r1"),
                    "  op.drop_table { name = 't' }\n  op.drop_table { name = 'counter' }\n");
    write_migration(
        "r2", "r1", "",
        counted("r2") +
            "  op.add_column { table = 't', name = 'w', type = 'integer' }\n  db.execute('update t set w = id')\n",
        counted("r2 down") + "  op.drop_column { table = 't', name = 'w' }\n");
    write_migration("r3", "r2", ", transaction = 'none'",
                    counted("r3 first") +
                        "  op.create_index { table = 't', columns = { 'w' }, name = 't_w', concurrently = true }\n" +
                        counted("r3 last"),
                    "  op.drop_index { name = 't_w', concurrently = true }\n" + counted("r3 down"));
    write_migration(
        "r4", "r3", "",
        counted("r4 first") +
            "  op.create_index { table = 't', columns = { 'v' }, name = 't_v', unique = true, concurrently = true }\n"
            "  db.autocommit(function() db.execute('vacuum t') end)\n" +
            counted("r4 last"),
        counted("r4 down") + "  op.drop_index { name = 't_v' }\n");
    write_migration("r5", "r4", "", "  op.create_enum { name = 'mood', values = { 'low' } }\n" + counted("r5"),
                    "  op.drop_enum { name = 'mood' }\n");
    write_migration("r6", "r5", "",
                    counted("r6 first") +
                        "  op.add_enum_value { name = 'mood', value = 'high' }\n"
                        "  db.execute([[create table moods as select 'high'::mood as m]])\n" +
                        counted("r6 last"),
                    "  op.drop_table { name = 'moods' }\n  db.execute([[alter type mood rename to old; create type "
                    "mood as enum ('low'); drop type old]])\n");
    base::write_file(folder().path() + "/migrations/r7.sql",
                     "-- revision: r7\n-- revises: r6\n-- waxwing: up\ncreate view v as select * from t;\n"
                     "insert into counter values ('r7', 1) on conflict (name) do update set n = counter.n + 1;\n"
                     "-- waxwing: down\ndrop view v;\n");
    return folder().path();
  }();
  return path;
}

Scenario::State Scenario::look(const postgres::Url& database) {
  const auto connection = look_at(database);
  State state;
  if (connection->query("SELECT to_regclass('waxwing.journal') IS NOT NULL").boolean(0, 0)) {
    state.ledger =
        connection->query("SELECT coalesce(string_agg(revision, ' ' ORDER BY revision), '') FROM waxwing.revision")
            .text(0, 0);
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
  state.invalid =
      static_cast<int>(connection->query("SELECT count(*) FROM pg_index WHERE NOT indisvalid").integer(0, 0));
  return state;
}

Scenario::Scenario(std::string name, std::string before, std::vector<std::string> command, std::string after)
    : name_(std::move(name)), before_(std::move(before)), command_(std::move(command)), after_(std::move(after)) {
  Workspace clean, stepped;
  const std::string output = folder().path() + "/clean.log";
  // The clean run, counted by the proxy; then step by step, to see every prefix.
  const postgres::Url url = prepare(clean);
  {
    const Proxy proxy(url, {}, {});
    if (run_program(command_, proxy.url(), output) != 0) throw std::runtime_error(base::read_file(output));
    frontend_ = proxy.frontend_messages();
    backend_ = proxy.backend_messages();
  }
  const postgres::Url steps = prepare(stepped);
  for (State state = look(steps);; state = look(steps)) {
    prefixes()[name_ + "|" + state.ledger] = state.schema;
    if (state.ledger == after_) break;
    const std::vector<std::string> one = command_[0] == "upgrade"     ? std::vector<std::string>{"upgrade", "+1"}
                                         : command_[0] == "downgrade" ? std::vector<std::string>{"downgrade", "-1"}
                                                                      : command_;
    if (run_program(one, steps, output) != 0) throw std::runtime_error(base::read_file(output));
  }
  const State end = look(url);
  if (end.ledger != after_ || end.schema != prefixes()[name_ + "|" + after_])
    throw std::runtime_error("the clean run does not end as the single steps do");
}

/// Empties the workspace and brings it to where the command starts.
postgres::Url Scenario::prepare(Workspace& workspace) const {
  postgres::Url url = workspace.emptied();
  const std::string output = folder().path() + "/" + url.database() + ".prepare";
  if (!before_.empty() && run_program({"upgrade", before_}, url, output) != 0)
    throw std::runtime_error(base::read_file(output));
  return url;
}

std::vector<Fault> Scenario::points(const std::vector<FaultKind>& kinds) const {
  std::vector<Fault> points;
  for (const FaultKind kind : kinds) {
    for (int at = 1; at <= frontend_; ++at) points.push_back({'F', at, kind});
    for (int at = 1; at <= backend_; ++at) points.push_back({'B', at, kind});
  }
  return points;
}

std::string Scenario::judge(const State& state, int status, FaultKind kind) const {
  const auto prefix = prefixes().find(name_ + "|" + state.ledger);
  if (prefix == prefixes().end()) return "the ledger is no prefix: " + state.ledger;
  if (state.journal == 0 && state.schema != prefix->second)
    return "schema and ledger disagree at \"" + state.ledger + "\":\n" + state.schema + "\nexpected:\n" +
           prefix->second;
  if (state.invalid > 0 && state.intents == 0) return "an invalid index without an intent";
  if (status == 0 && state.ledger != after_) return "exit 0 at \"" + state.ledger + "\"";
  if (status == 0 && state.journal != 0) return "exit 0 with a journal";
  const bool must_finish = kind == FaultKind::cut || kind == FaultKind::reset || kind == FaultKind::truncate ||
                           kind == FaultKind::delay || kind == FaultKind::terminate || kind == FaultKind::stop;
  if (must_finish && status != 0)
    return fmt::format("exit {} after {}", status, fault_names[static_cast<std::size_t>(kind)]);
  if (kind == FaultKind::interrupt && status != 0 && status != 143) return fmt::format("exit {} after SIGTERM", status);
  if (kind == FaultKind::kill && status != 0 && status != 137) return fmt::format("exit {} after SIGKILL", status);
  return {};
}

Verdict Scenario::run(const std::vector<Fault>& faults, Workspace& workspace) const {
  Verdict verdict;
  verdict.kind = faults.back().kind;
  verdict.point = name_;
  for (const Fault& fault : faults) verdict.point += " " + fault.text();
  const postgres::Url server = prepare(workspace);
  const std::string database = server.database(), output = folder().path() + "/" + database + ".log";
  {
    std::atomic<int> pid = 0;
    FaultHands hands;
    hands.signal_client = [&](int signal) {
      while (pid == 0) usleep(100);
      kill(pid, signal);
    };
    hands.terminate_sessions = [&] { terminate_sessions(database); };
    const Proxy proxy(server, faults, hands);
    std::vector<std::string> words = command_;
    words.insert(words.end(), {"-C", fault_project(), "--url", proxy.url().conninfo()});
    Child child(words, output);
    pid = child.pid();
    verdict.status = child.wait(limit_ms);
    verdict.was_hit = proxy.is_through();
    pid = -1;
  }
  wait_for_sessions(database);
  verdict.finished_in_same_run = verdict.status == 0;
  verdict.complaint = judge(look(server), verdict.status, verdict.kind);
  if (verdict.status == -1) verdict.complaint = "it hung";
  const int second = run_program(command_, server, output + ".second");
  const State end = look(server);
  if (second != 0)
    verdict.complaint += fmt::format("\nthe second run ends with {}", second);
  else if (std::string again = judge(end, second, FaultKind::delay); !again.empty())
    verdict.complaint += "\nafter the second run: " + again;
  if (!verdict.complaint.empty())
    verdict.complaint += "\n" + base::read_file(output) + "--- second run\n" + base::read_file(output + ".second");
  return verdict;
}

std::vector<Verdict> sweep(const Scenario& scenario, const std::vector<std::vector<Fault>>& points) {
  std::vector<Verdict> verdicts(points.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    Workspace workspace;
    for (std::size_t i = next++; i < points.size(); i = next++) {
      try {
        verdicts[i] = scenario.run(points[i], workspace);
      } catch (const std::exception& error) {
        verdicts[i].point = points[i].front().text();
        verdicts[i].complaint = std::string("the test itself failed: ") + error.what();
      }
    }
  };
  std::thread other(work);
  work();
  other.join();
  std::vector<Verdict> bad;
  std::size_t hit = 0, same_run = 0;
  for (const Verdict& verdict : verdicts) {
    hit += verdict.was_hit;
    same_run += verdict.was_hit && verdict.finished_in_same_run;
    if (!verdict.complaint.empty()) bad.push_back(verdict);
  }
  fmt::print("{:10} {:>5} points, {:>5} hit, {:>5} finished in the same run, {:>3} bad\n", scenario.name(),
             points.size(), hit, same_run, bad.size());
  std::fflush(stdout);
  return bad;
}

}  // namespace tests
