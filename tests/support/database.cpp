// The cluster starts with the first test that asks for it and ends with the program.
#include "support/database.hpp"

#include <atomic>

#include "postgres/private_cluster.hpp"

namespace tests {

namespace {

const postgres::PrivateCluster& cluster() {
  static const postgres::PrivateCluster cluster = postgres::PrivateCluster::temporary();
  return cluster;
}

}  // namespace

postgres::Url superuser_url() { return cluster().url(); }

postgres::Url fresh_database() {
  static std::atomic<int> count = 0;
  postgres::Url url = cluster().url("test_" + std::to_string(++count));
  url.set("password", canary_password);
  return url;
}

std::unique_ptr<postgres::Connection> connect(const postgres::Url& url) { return postgres::Connection::open(url); }

}  // namespace tests
