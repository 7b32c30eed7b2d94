// Every way out passes a destructor that ends the COPY.
#include "postgres/raw_copy.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdlib>
#include <memory>

namespace postgres {

namespace {

/// Takes the results that are left. False when one of them is an error.
bool take_results(PGconn* connection, std::uint64_t* rows = nullptr) {
  bool all_well = true;
  while (PGresult* result = PQgetResult(connection)) {
    const ExecStatusType status = PQresultStatus(result);
    // A COPY that went away with its connection would be answered like this for ever.
    const bool is_stuck =
        (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) && PQstatus(connection) == CONNECTION_BAD;
    all_well = all_well && status == PGRES_COMMAND_OK;
    if (const char* count = PQcmdTuples(result); rows && *count) *rows = std::strtoull(count, nullptr, 10);
    PQclear(result);
    if (is_stuck) break;
  }
  return all_well && PQstatus(connection) == CONNECTION_OK;
}

bool begin_copy(PGconn* connection, const std::string& sql, ExecStatusType expected) {
  PGresult* result = PQexec(connection, sql.c_str());
  const bool has_begun = PQresultStatus(result) == expected;
  PQclear(result);
  return has_begun;
}

/// A server that is busy with a trigger, or a script that is busy with a row, lets data wait. That is no sign of a lost
/// peer, which tcp_user_timeout would take it for; keepalives go on looking.
class WithoutUserTimeout {
 public:
  explicit WithoutUserTimeout(PGconn* connection) : connection_(connection) {
    socklen_t size = sizeof before_;
    if (PQsocket(connection) >= 0 &&
        getsockopt(PQsocket(connection), IPPROTO_TCP, TCP_USER_TIMEOUT, &before_, &size) == 0 && before_ != 0) {
      set(0);
      run("SET tcp_user_timeout = 0");
      is_changed_ = true;
    }
  }
  ~WithoutUserTimeout() {
    if (!is_changed_ || PQstatus(connection_) != CONNECTION_OK) return;
    set(before_);
    // In a failed transaction nothing can be set; its end undoes the other one as well.
    if (PQtransactionStatus(connection_) != PQTRANS_INERROR) run("SET tcp_user_timeout = '12s'");
  }
  WithoutUserTimeout(const WithoutUserTimeout&) = delete;
  WithoutUserTimeout& operator=(const WithoutUserTimeout&) = delete;

 private:
  void set(unsigned milliseconds) {
    setsockopt(PQsocket(connection_), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  }
  void run(const char* sql) { PQclear(PQexec(connection_, sql)); }

  PGconn* const connection_;
  unsigned before_ = 0;
  bool is_changed_ = false;
};

class CopyOut {
 public:
  explicit CopyOut(PGconn* connection) : connection_(connection) {}
  ~CopyOut() {
    if (is_ended_) return;
    if (PGcancel* cancel = PQgetCancel(connection_)) {
      char ignored[256];
      PQcancel(cancel, ignored, sizeof ignored);
      PQfreeCancel(cancel);
    }
    char* line = nullptr;
    while (PQgetCopyData(connection_, &line, 0) > 0) PQfreemem(line);
    take_results(connection_);
  }
  CopyOut(const CopyOut&) = delete;
  CopyOut& operator=(const CopyOut&) = delete;

  bool end(std::uint64_t& rows) {
    is_ended_ = true;
    return take_results(connection_, &rows);
  }

 private:
  PGconn* const connection_;
  bool is_ended_ = false;
};

class CopyIn {
 public:
  explicit CopyIn(PGconn* connection) : connection_(connection) {}
  ~CopyIn() {
    if (is_ended_) return;
    PQputCopyEnd(connection_, "the rows ended with an error");
    take_results(connection_);
  }
  CopyIn(const CopyIn&) = delete;
  CopyIn& operator=(const CopyIn&) = delete;

  /// False when the server takes no more.
  bool put(std::string_view bytes) {
    constexpr std::size_t between_looks = std::size_t{4} << 20;
    sent_ += bytes.size();
    if (sent_ >= between_looks) {
      sent_ = 0;
      // Lets libpq see an error that came meanwhile.
      if (!PQconsumeInput(connection_)) return false;
    }
    return PQputCopyData(connection_, bytes.data(), static_cast<int>(bytes.size())) == 1;
  }
  bool end(std::uint64_t& rows) {
    is_ended_ = true;
    PQputCopyEnd(connection_, nullptr);
    return take_results(connection_, &rows);
  }

 private:
  PGconn* const connection_;
  std::size_t sent_ = 0;
  bool is_ended_ = false;
};

}  // namespace

bool raw_copy_out(PGconn* connection, const std::string& sql, const CopySink& take, std::uint64_t& rows) {
  const WithoutUserTimeout patience(connection);
  if (!begin_copy(connection, sql, PGRES_COPY_OUT)) return false;
  CopyOut copy(connection);
  char* data = nullptr;
  for (int size = 0; (size = PQgetCopyData(connection, &data, 0)) > 0;) {
    const std::unique_ptr<char, decltype(&PQfreemem)> line(data, &PQfreemem);
    take({data, static_cast<std::size_t>(size)});
  }
  return copy.end(rows);
}

bool raw_copy_in(PGconn* connection, const std::string& sql, const CopySource& next, std::uint64_t& rows) {
  const WithoutUserTimeout patience(connection);
  if (!begin_copy(connection, sql, PGRES_COPY_IN)) return false;
  CopyIn copy(connection);
  for (std::string_view bytes = next(); !bytes.empty() && copy.put(bytes);) bytes = next();
  return copy.end(rows);
}

}  // namespace postgres
