// libpqxx 6.4 and 7.x behind one face: a connection over a PGconn that we made, and statements with dynamic parameters.
#pragma once
#include <libpq-fe.h>

#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace postgres {

#if defined(PQXX_VERSION_MAJOR) && PQXX_VERSION_MAJOR >= 7

using PqxxConnection = pqxx::connection;

inline std::unique_ptr<PqxxConnection> adopt_connection(PGconn* raw) {
  return std::make_unique<PqxxConnection>(pqxx::connection::seize_raw_connection(raw));
}

inline pqxx::result execute_with(pqxx::transaction_base& transaction, const std::string& sql,
                                 const Parameters& parameters) {
  pqxx::params arguments;
  for (const Parameter& each : parameters)
    if (each.text)
      arguments.append(*each.text);
    else
      arguments.append();
#if PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
  return transaction.exec(sql, arguments);
#else
  return transaction.exec_params(sql, arguments);
#endif
}

#else

/// libpqxx 6 asks a policy for the PGconn. This one hands out ours, once: a lost connection is an error, never silently
/// a new one, because the migrator lock and the settings would be gone.
class AdoptedConnection : public pqxx::connectionpolicy {
 public:
  explicit AdoptedConnection(const std::string&) : connectionpolicy(std::string()) {}
  handle do_startconnect(handle existing) override {
    if (existing) return existing;
    if (!offered) throw pqxx::broken_connection("the connection was lost");
    return std::exchange(offered, nullptr);
  }
  handle do_completeconnect(handle existing) override { return existing; }
  handle do_dropconnect(handle existing) noexcept override { return existing; }
  bool is_ready(handle existing) const noexcept override { return existing != nullptr; }
  /// The connection about to be adopted; the constructor of the base class can be given text only.
  static inline thread_local PGconn* offered = nullptr;
};

using PqxxConnection = pqxx::basic_connection_base<AdoptedConnection>;

inline std::unique_ptr<PqxxConnection> adopt_connection(PGconn* raw) {
  AdoptedConnection::offered = raw;
  return std::make_unique<PqxxConnection>(std::string());
}

inline pqxx::result execute_with(pqxx::transaction_base& transaction, const std::string& sql,
                                 const Parameters& parameters) {
  std::vector<const char*> texts;
  texts.reserve(parameters.size());
  for (const Parameter& each : parameters) texts.push_back(each.text ? each.text->c_str() : nullptr);
  return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(texts));
}

#endif

}  // namespace postgres
