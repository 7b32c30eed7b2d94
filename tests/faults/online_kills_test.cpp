// A key that changes its type online, or a column its name, while others write: killed at random moments, it goes on,
// and nothing is lost.
// WAXWING_ONLINE_KILLS and WAXWING_ONLINE_ROWS make it longer than a test run has time for.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "postgres/sql_error.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/database.hpp"
#include "support/seed.hpp"
#include "support/temporary_folder.hpp"

namespace {

int setting(const char* name, int usual) {
  const char* value = std::getenv(name);
  return value ? std::atoi(value) : usual;
}

/// Users, who have a boss among them, and their orders. Names and notes never change, so they tell which row is meant.
std::string tables(int rows) {
  return fmt::format(
      "create table users (id bigserial primary key, name text unique not null, boss_id bigint references users on "
      "delete set null, n integer not null default 0);"
      "create table orders (id bigserial primary key, user_id bigint not null references users on delete cascade, note "
      "text unique not null, n integer not null default 0);"
      "create index on orders (user_id); create index on users (boss_id);"
      "create view who as select o.note, u.name from orders o join users u on u.id = o.user_id;"
      "insert into users (name, boss_id) select 'u' || i, nullif(i / 2, 0) from generate_series(1, {0}) i;"
      "insert into orders (user_id, note) select 1 + i % {0}, 'o' || i from generate_series(1, {1}) i; analyze",
      rows, rows * 3);
}

class Project {
 public:
  /// a begins the change, and takes it back; b is its contract.
  Project(const postgres::Url& url, const std::string& begin, const std::string& abort, const std::string& contract)
      : url_(url) {
    std::filesystem::create_directories(folder_.path() + "/migrations");
    base::write_file(folder_.path() + "/waxwing.lua", "return { lock_wait_s = 30 }");
    migration("a", "nil", begin, abort);
    migration("b", "'a'", contract, "");
  }
  static Project of_keys(const postgres::Url& url) {
    return {url, "op.retype_primary_key { table = 'users', to = 'uuid', strategy = 'online' }",
            "op.abort_primary_key { table = 'users' }", "op.contract_primary_key { table = 'users' }"};
  }
  std::unique_ptr<tests::Child> start(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"-C", folder_.path(), "--url", url_.conninfo()});
    return std::make_unique<tests::Child>(all, output());
  }
  std::string output() const { return folder_.path() + "/output"; }

 private:
  void migration(const std::string& revision, const std::string& revises, const std::string& up,
                 const std::string& down) const {
    base::write_file(folder_.path() + "/migrations/" + revision + ".lua",
                     fmt::format("local m = migration {{ revision = '{}', revises = {}, transaction = 'none' "
                                 "}}\nfunction m.upgrade()\n  {}\nend\nfunction m.downgrade()\n  {}\nend\nreturn m\n",
                                 revision, revises, up, down));
  }
  const tests::TemporaryFolder folder_;
  const postgres::Url url_;
};

/// Writes rows, and into a mirror that has no keys what they are to be, in one transaction each.
class Writers {
 public:
  Writers(const postgres::Url& url, int count, int rows) {
    tests::connect(url)->query(
        "create table user_mirror (name text primary key, boss text, n integer not null); create table order_mirror "
        "(note text primary key, name text not null, n integer not null);"
        "insert into user_mirror select u.name, b.name, u.n from users u left join users b on b.id = u.boss_id;"
        "insert into order_mirror select o.note, u.name, o.n from orders o join users u on u.id = o.user_id");
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this, url, rows, writer = ++writers_] { write(url, writer, rows); });
  }
  ~Writers() { stop(); }
  void stop() {
    ends_ = true;
    for (std::thread& each : threads_)
      if (each.joinable()) each.join();
  }
  int written() const { return written_; }
  double longest_ms() const { return longest_ms_; }
  const std::string& failure() const { return failure_; }

 private:
  void write(const postgres::Url& url, int writer, int rows) {
    const auto connection = tests::connect(url);
    std::minstd_rand random(tests::seed() + static_cast<unsigned>(writer));
    for (int i = 0; !ends_; ++i) {
      const std::string user = "u" + std::to_string(1 + random() % static_cast<unsigned>(rows)),
                        other = "u" + std::to_string(1 + random() % static_cast<unsigned>(rows)),
                        mine = fmt::format("w{}_{}", writer, i);
      // A reader of a view, too.
      timed(*connection, "select count(*) from who where note = 'o7'");
      switch (random() % 4) {
        case 0:
          timed(*connection,
                fmt::format("begin; with new as (insert into users (name, boss_id) select '{0}', id from users where "
                            "name = '{1}' returning id) insert into orders (user_id, note) select id, '{0}' from "
                            "new; insert into user_mirror values ('{0}', '{1}', 0); insert into order_mirror values "
                            "('{0}', '{0}', 0); commit",
                            mine, user));
          break;
        case 1:
          timed(*connection,
                fmt::format(
                    "begin; update orders set n = n + 1, user_id = (select id from users where name = '{1}') where "
                    "note = 'o{0}'; update order_mirror set n = n + 1, name = '{1}' where note = 'o{0}'; "
                    "commit",
                    1 + random() % static_cast<unsigned>(rows), user));
          break;
        case 2:
          timed(
              *connection,
              fmt::format(
                  "begin; update users set n = n + 1, boss_id = (select id from users where name = '{1}') where name = "
                  "'{0}'; update user_mirror set n = n + 1, boss = '{1}' where name = '{0}'; commit",
                  user, other));
          break;
        default:
          if (i == 0) break;
          // Its order goes with it; nobody has it as boss.
          timed(*connection,
                fmt::format("begin; delete from users where name = 'w{0}_{1}'; delete from user_mirror where name = "
                            "'w{0}_{1}'; delete from order_mirror where name = 'w{0}_{1}'; commit",
                            writer, random() % static_cast<unsigned>(i)));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  /// Deadlocks among the writers and plans of before are theirs to repeat; anything else is a failure.
  void timed(postgres::Session& session, const std::string& sql) {
    const base::Stopwatch stopwatch;
    try {
      session.query(sql);
      ++written_;
    } catch (const postgres::SqlError& error) {
      const std::string state = error.diagnostics().sqlstate;
      if (state != "40P01") failure_ = error.diagnostics().message + " in " + sql;
      session.query("rollback");
      if (state == "40P01") return;
    }
    double longest = longest_ms_;
    while (stopwatch.milliseconds() > longest &&
           !longest_ms_.compare_exchange_weak(longest, stopwatch.milliseconds())) {
    }
  }

  /// Over the whole program, so that no two make rows of one name.
  static inline int writers_ = 0;
  std::vector<std::thread> threads_;
  std::atomic<bool> ends_ = false;
  std::atomic<int> written_ = 0;
  std::atomic<double> longest_ms_ = 0;
  std::string failure_;
};

/// Rows that are not as the mirror has them, and references that lead nowhere.
void check_rows(postgres::Session& session) {
  CHECK(session
            .query("select count(*) from (select u.name, b.name as boss, u.n from users u left join users b on b.id = "
                   "u.boss_id) u full join user_mirror m on m.name = u.name where (u.name, u.boss, u.n) is distinct "
                   "from (m.name, m.boss, m.n)")
            .integer(0, 0) == 0);
  CHECK(session
            .query("select count(*) from (select o.note, u.name, o.n from orders o left join users u on u.id = "
                   "o.user_id) o full join order_mirror m on m.note = o.note where (o.note, o.name, o.n) is distinct "
                   "from (m.note, m.name, m.n)")
            .integer(0, 0) == 0);
  CHECK(session.query("select count(*) from orders o where not exists (select from users where id = o.user_id)")
            .integer(0, 0) == 0);
}

}  // namespace

TEST_CASE("an online change of a key that is killed again and again loses nothing", "[faults][online]") {
  const int kills = setting("WAXWING_ONLINE_KILLS", 15), rows = setting("WAXWING_ONLINE_ROWS", 2000),
            most_ms = setting("WAXWING_ONLINE_KILL_MS", 1500);
  const postgres::Url url = tests::fresh_database();
  const auto connection = tests::connect(url);
  connection->query(tables(rows));
  const Project project = Project::of_keys(url);
  Writers writers(url, 2, rows);
  std::minstd_rand random(tests::seed());
  int killed = 0, changes = 0;
  bool went_up = true;
  std::set<std::string> places;
  // How far the next run comes before it is killed; once it is through, the next one goes back.
  for (int i = 0; i < kills; ++i) {
    const bool is_up = connection->query("select to_regclass('waxwing.revision') is null").boolean(0, 0) ||
                       connection->query("select count(*) from waxwing.revision").integer(0, 0) == 0;
    if (is_up != went_up) ++changes;
    went_up = is_up;
    const auto child =
        project.start(is_up ? std::vector<std::string>{"upgrade", "a"} : std::vector<std::string>{"downgrade", "base"});
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % static_cast<unsigned>(most_ms)));
    if (kill(child->pid(), SIGKILL) == 0) ++killed;
    child->wait(60000);
    if (connection->query("select to_regclass('waxwing.journal') is null").boolean(0, 0)) continue;
    places.insert(
        connection->query("select concat(max(direction), max(ordinal), bool_or(state = 'intent')) from waxwing.journal")
            .text(0, 0));
  }
  INFO(base::read_file(project.output()));
  CHECK(killed > 0);
  // What was half done is finished first, in its own direction.
  project.start({"resume"})->wait(300000);
  CHECK(project.start({"upgrade", "a"})->wait(300000) == 0);
  writers.stop();
  CHECK(writers.failure() == "");
  check_rows(*connection);
  CHECK(connection->query("select count(*) from users u join users_id_map m on m.new = u.id and m.old = u.id__old")
            .integer(0, 0) == connection->query("select count(*) from users").integer(0, 0));
  CHECK(project.start({"upgrade", "b"})->wait(300000) == 0);
  check_rows(*connection);
  CHECK(connection->query("select count(*) from waxwing.journal").integer(0, 0) == 0);
  std::printf(
      "online: %d kills behind %zu different statements, %d times there or back, %d statements of writers, none lost\n",
      killed, places.size(), changes, writers.written());
}

TEST_CASE("writers go on through an online change of a key", "[faults][online]") {
  const int rows = setting("WAXWING_ONLINE_ROWS", 2000);
  const postgres::Url url = tests::fresh_database();
  const auto connection = tests::connect(url);
  connection->query(tables(rows));
  const Project project = Project::of_keys(url);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"upgrade", "a"}, {"downgrade", "base"}, {"upgrade", "b"}}) {
    Writers writers(url, 2, rows);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const base::Stopwatch stopwatch;
    CHECK(project.start(command)->wait(300000) == 0);
    const double took = stopwatch.milliseconds();
    writers.stop();
    INFO(base::read_file(project.output()));
    CHECK(writers.failure() == "");
    CHECK(writers.written() > 0);
    check_rows(*connection);
    std::printf("online %s: %.0f ms, %d statements of writers, the longest %.0f ms\n", base::join(command, " ").c_str(),
                took, writers.written(), writers.longest_ms());
    connection->query("drop table user_mirror, order_mirror");
  }
}

TEST_CASE("two applications count under the old and the new name of a column", "[faults][online]") {
  const int kills = setting("WAXWING_ONLINE_KILLS", 10);
  const postgres::Url url = tests::fresh_database();
  const auto connection = tests::connect(url);
  connection->query(
      "create table accounts (id int primary key, n int not null default 0); insert into accounts (id) select "
      "generate_series(1, 20); create table counted (id int, column_name text)");
  const Project project(url, "op.rename_column { table = 'accounts', name = 'n', to = 'balance', online = true }",
                        "op.abort_column_change { table = 'accounts', column = 'n' }",
                        "op.contract_column_change { table = 'accounts', column = 'n' }");
  std::atomic<bool> ends = false;
  std::mutex mutex;
  std::string failure;
  // Each knows one name, and waits while there is none.
  const auto count = [&](const std::string& name) {
    const auto session = tests::connect(url);
    std::minstd_rand random(tests::seed());
    while (!ends) {
      try {
        session->query(
            fmt::format("begin; update accounts set {0} = {0} + 1 where id = {1}; insert into counted values "
                        "({1}, '{0}'); commit",
                        name, 1 + random() % 20));
      } catch (const postgres::SqlError& error) {
        session->query("rollback");
        const std::lock_guard lock(mutex);
        if (error.diagnostics().sqlstate != "42703") failure = error.diagnostics().message;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  std::thread old_one(count, "n"), new_one(count, "balance");
  std::minstd_rand random(tests::seed());
  for (int i = 0; i < kills; ++i) {
    const bool is_up = connection->query("select to_regclass('waxwing.revision') is null").boolean(0, 0) ||
                       connection->query("select count(*) from waxwing.revision").integer(0, 0) == 0;
    const auto child =
        project.start(is_up ? std::vector<std::string>{"upgrade", "a"} : std::vector<std::string>{"downgrade", "base"});
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 500));
    kill(child->pid(), SIGKILL);
    child->wait(60000);
  }
  project.start({"resume"})->wait(300000);
  INFO(base::read_file(project.output()));
  CHECK(project.start({"upgrade", "a"})->wait(300000) == 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  ends = true;
  old_one.join();
  new_one.join();
  CHECK(failure == "");
  CHECK(connection->query("select count(*) from accounts where n <> balance").integer(0, 0) == 0);
  CHECK(connection->query("select count(distinct column_name) from counted").integer(0, 0) == 2);
  CHECK(project.start({"upgrade", "b"})->wait(300000) == 0);
  CHECK(connection
            ->query("select count(*) from accounts a where balance <> (select count(*) from counted where id = a.id)")
            .integer(0, 0) == 0);
}
