// The cluster starts with the first test that asks for it and ends with the program.
#include "support/database.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>

#include "postgres/private_cluster.hpp"
#include "support/catch.hpp"

namespace tests {

namespace {

const postgres::PrivateCluster& cluster() {
  static const postgres::PrivateCluster cluster = postgres::PrivateCluster::temporary();
  return cluster;
}

/// A role that owns the database and nothing else; made with the first of them.
void give_to_owner(postgres::Url& url) {
  static constexpr const char* role = "waxwing_tests_owner";
  static const bool is_made = [] {
    connect(superuser_url())->query(fmt::format("CREATE ROLE {} LOGIN", role));
    return true;
  }();
  static_cast<void>(is_made);
  connect(url)->query(
      fmt::format("ALTER DATABASE {0} OWNER TO {1}; ALTER SCHEMA public OWNER TO {1}", url.database(), role));
  url.set("user", role);
}

}  // namespace

bool is_superuser() { return std::getenv("WAXWING_AS_OWNER") == nullptr; }

bool lacks_superuser() {
  if (is_superuser()) return false;
  WARN("skipped: it needs a superuser");
  return true;
}

postgres::Url superuser_url() { return cluster().url(); }

postgres::Url fresh_database() {
  static std::atomic<int> count = 0;
  postgres::Url url = cluster().url("test_" + std::to_string(++count));
  url.set("password", canary_password);
  if (!is_superuser()) give_to_owner(url);
  return url;
}

std::unique_ptr<postgres::Connection> connect(const postgres::Url& url) { return postgres::Connection::open(url); }

}  // namespace tests
