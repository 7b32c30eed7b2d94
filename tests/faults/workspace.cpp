// Databases are made by name and number, and dropped with the workspace.
#include "workspace.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <mutex>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "support/client_programs.hpp"
#include "support/database.hpp"

namespace tests {

namespace {

int next_number() {
  static std::atomic<int> count = 0;
  return ++count;
}

/// A kept cluster outlives a test program that is killed; the next one finds it beside its own, and removes it.
void remove_left_servers(const std::filesystem::path& home) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(home, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("fault-server-") || kill(std::atoi(name.c_str() + 13), 0) == 0) continue;
    postgres::PrivateCluster::destroy(entry.path().string());
    std::filesystem::remove_all(entry.path(), ignored);
  }
}

std::string new_server_folder() {
  const std::filesystem::path home = std::filesystem::path(WAXWING_PROGRAM).parent_path();
  static std::once_flag once;
  std::call_once(once, [&] { remove_left_servers(home); });
  const std::string folder = (home / fmt::format("fault-server-{}-{}", getpid(), next_number())).string();
  std::filesystem::create_directories(folder);
  return folder;
}

/// What is not in use. The cluster that the databases are in ends behind it, and so does whatever a connection needs.
struct Shelf {
  Shelf() { connect(superuser_url())->query("SELECT 1"); }
  std::mutex mutex;
  std::vector<std::unique_ptr<Workspace>> with_server, without;
};

Shelf& shelf() {
  static Shelf shelf;
  return shelf;
}

}  // namespace

Workspace::Workspace(bool owns_server) : name_(fmt::format("fault_{}_{}", getpid(), next_number())) {
  if (!owns_server) return;
  server_folder_ = new_server_folder();
  server_.emplace(postgres::PrivateCluster::start(server_folder_));
}

Workspace::~Workspace() {
  if (restart_.joinable()) restart_.join();
  session_.reset();
  if (server_) {
    postgres::PrivateCluster::destroy(server_folder_);
    std::filesystem::remove_all(server_folder_);
  } else
    execute("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
}

std::shared_ptr<Workspace> Workspace::borrow(bool owns_server) {
  std::unique_ptr<Workspace> workspace;
  {
    Shelf& from = shelf();
    const std::lock_guard lock(from.mutex);
    auto& kept = owns_server ? from.with_server : from.without;
    if (!kept.empty()) {
      workspace = std::move(kept.back());
      kept.pop_back();
    }
  }
  if (!workspace) workspace = std::make_unique<Workspace>(owns_server);
  return {workspace.release(), [owns_server](Workspace* used) {
            Shelf& to = shelf();
            const std::lock_guard lock(to.mutex);
            (owns_server ? to.with_server : to.without).emplace_back(used);
          }};
}

postgres::Url Workspace::emptied(const std::string& sql) {
  if (uses_++ % 100 == 0) {
    session_.reset();
    execute("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    execute("CREATE DATABASE " + name_ + " TEMPLATE template0");
    if (!sql.empty()) session().query(sql);
  } else {
    session().query("DROP SCHEMA IF EXISTS waxwing CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; " + sql);
  }
  // A dump begins with settings.
  if (!sql.empty()) session().restore_settings();
  return database(name_);
}

std::string Workspace::dump() {
  if (session().server_version() / 10000 > pg_dump_version()) return {};
  const base::ProcessResult result =
      base::run_process({client_folder() + "/pg_dump", "--inserts", "--dbname", database(name_).conninfo()});
  if (result.status != 0) throw std::runtime_error(result.err);
  std::string sql;
  for (const std::string& line : base::split(result.out, '\n'))
    if (!line.starts_with("\\")) sql += line + "\n";
  return sql;
}

postgres::Connection& Workspace::session() {
  if (was_stopped_.exchange(false)) session_.reset();
  if (!session_ || !session_->is_alive()) {
    session_ = look_at(database(name_));
    session_pid_ = session_->backend_pid();
  }
  return *session_;
}

void Workspace::terminate_sessions() const {
  try {
    execute(fmt::format("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> {}",
                        name_, session_pid_.load()));
  } catch (const base::Error&) {
    // A server that is down has no sessions.
  }
}

void Workspace::wait_for_sessions() {
  for (int i = 0; i < 3000; ++i) {
    if (session()
            .query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
                   "backend_type = 'client backend'")
            .empty())
      return;
    usleep(5000);
  }
}

void Workspace::stop_server() {
  wait_for_server();
  was_stopped_ = true;
  kill(server_->pid(), SIGQUIT);
  while (kill(server_->pid(), 0) == 0 && postgres::PrivateCluster::status(server_folder_).running) usleep(1000);
  restart_ = std::thread([this] {
    try {
      server_.emplace(postgres::PrivateCluster::start(server_folder_));
    } catch (const base::Error&) {
      // Whoever looks at the database next says so.
    }
  });
}

void Workspace::wait_for_server() {
  if (restart_.joinable()) restart_.join();
}

postgres::Url Workspace::database(const std::string& name) const {
  postgres::Url url = server_ ? server_->url() : superuser_url();
  url.set("dbname", name);
  url.set("password", canary_password);
  return url;
}

void Workspace::execute(const std::string& sql) const { look_at(database("postgres"))->query(sql); }

std::unique_ptr<postgres::Connection> Workspace::look_at(const postgres::Url& url) {
  postgres::ConnectOptions options;
  options.for_migration = false;
  options.wait = std::chrono::seconds(20);
  return postgres::Connection::open(url, options);
}

}  // namespace tests
