// psql reads from a socket: our own statements, the dump line by line, and our own again.
#include "postgres/restore.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace postgres {

using base::Error;
namespace code = base::code;

namespace {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return fd_; }
  void close() {
    if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
  }

 private:
  int fd_;
};

/// False when psql reads no more: it says why.
bool send_all(const Socket& socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// A new connection would end our transaction and leave half a restore behind.
void refuse_connect(std::string_view line, const std::string& path) {
  if (line.starts_with("\\connect") || line.starts_with("\\c "))
    throw Error(code::restore_failed, path + " connects to a database by itself")
        .because("it says: " + std::string(base::trim(line)))
        .advise("make the dump without --create, or run it with psql");
}

/// Sends a dump line by line, without the BEGIN and COMMIT that pg_dump sets around large objects: they would end our
/// transaction in the middle. False when psql reads no more.
bool send_dump(const Socket& socket, std::FILE* file, const std::string& name) {
  constexpr std::size_t block = std::size_t{1} << 16;
  struct Line {
    char* text = nullptr;
    std::size_t capacity = 0;
    ~Line() { std::free(text); }
  } line;
  std::string waiting, held;
  bool in_copy = false, in_large_objects = false;
  for (ssize_t size = 0; (size = getline(&line.text, &line.capacity, file)) >= 0;) {
    const std::string_view text(line.text, static_cast<std::size_t>(size));
    if (in_copy) {
      in_copy = text != "\\.\n";
    } else if (text == "BEGIN;\n") {
      waiting += held;
      held = text;
      continue;
    } else if (!held.empty() && text != "\n") {
      in_large_objects = text.starts_with("SELECT pg_catalog.lo_open(");
      waiting += in_large_objects ? "" : held;
      held.clear();
    }
    if (in_large_objects && text == "COMMIT;\n") {
      in_large_objects = false;
      continue;
    }
    if (!in_copy) {
      refuse_connect(text, name);
      in_copy = text.starts_with("COPY ") && text.ends_with(" FROM stdin;\n");
    }
    waiting += text;
    if (waiting.size() < block) continue;
    if (!send_all(socket, waiting)) return false;
    waiting.clear();
  }
  if (std::ferror(file)) throw Error(code::restore_failed, "cannot read " + name).because(std::strerror(errno));
  return send_all(socket, waiting + held);
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

bool send_file(const Socket& socket, const std::string& path) {
  const File file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) throw Error(code::cannot_read_file, "cannot read " + path).because(std::strerror(errno));
  return send_dump(socket, file.get(), path);
}

bool send_archive(const ClientPrograms& programs, const Socket& socket, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {programs.path("pg_restore"), "--file=-"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw Error(code::restore_failed, "pg_restore cannot be read").because(std::strerror(errno));
  File script(fdopen(ends[0], "rb"), &std::fclose);
  auto program = std::async(std::launch::async, [&command, output = ends[1]] {
    Socket written(output);
    base::ProcessOptions options;
    options.output_to = written.get();
    options.ends_with_us = true;
    return base::run_process(command, options);
  });
  bool is_read = false;
  try {
    is_read = send_dump(socket, script.get(), arguments.back());
  } catch (...) {
    script.reset();
    throw;
  }
  // Who writes more than we read must not wait for us.
  script.reset();
  const base::ProcessResult result = program.get();
  if (is_read && result.status != 0)
    throw Error(code::restore_failed, "pg_restore cannot read the backup")
        .because(result.err.empty() ? fmt::format("it ended with status {}", result.status) : last_lines(result.err));
  return is_read;
}

/// psql says "psql:<stdin>:12: ERROR:  ...": from the first error on, without the place in a text nobody has.
std::string first_error(const std::string& said) {
  const std::size_t error = said.find("ERROR:");
  const std::size_t fatal = said.find("FATAL:");
  const std::size_t at = std::min(error, fatal);
  if (at == std::string::npos) return last_lines(said);
  std::vector<std::string> lines = base::split(base::trim(said.substr(at)), '\n');
  if (lines.size() > 6) lines.resize(6);
  return base::join(lines, "\n");
}

}  // namespace

void run_dump_in_transaction(const ClientPrograms& programs, const Url& url, const std::string& before,
                             const DumpScript& script, const std::string& after) {
  const ClientAccess access(url);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error(code::restore_failed, "psql cannot be fed").because(std::strerror(errno));
  Socket to_psql(ends[0]), psql_end(ends[1]);
  const std::string mark = base::random_uuid();
  auto feeder = std::async(std::launch::async, [&] {
    // Whatever happens, psql must see the end; without COMMIT it leaves everything as it was.
    struct Close {
      Socket& socket;
      ~Close() { socket.close(); }
    } const close{to_psql};
    if (!send_all(to_psql, fmt::format("BEGIN;\nSELECT pg_catalog.set_config('waxwing.restore', '{}', true);\n{}\n",
                                       mark, before)))
      return;
    if (!script.plain_file.empty() && !send_file(to_psql, script.plain_file)) return;
    for (const std::vector<std::string>& arguments : script.archive_arguments)
      if (!send_archive(programs, to_psql, arguments)) return;
    // A dump that says COMMIT has ended our transaction: nothing more is done then.
    send_all(
        to_psql,
        fmt::format("\nDO $waxwing$ BEGIN IF pg_catalog.current_setting('waxwing.restore', true) IS DISTINCT FROM "
                    "'{}' THEN RAISE 'the dump ended the transaction by itself'; END IF; END $waxwing$;\n{}\nCOMMIT;\n",
                    mark, after));
  });
  base::ProcessOptions options = access.process_options();
  options.input_from = psql_end.get();
  // While we hold psql's end as well, nobody would notice that psql has ended.
  options.while_waiting = [&psql_end] { psql_end.close(); };
  base::ProcessResult result;
  try {
    result =
        base::run_process({programs.path("psql"), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1",
                           "--output=/dev/null", "--file=-", "--dbname=" + access.conninfo()},
                          options);
  } catch (...) {
    psql_end.close();
    throw;
  }
  psql_end.close();
  if (result.status != 0) {
    // What stopped the script half-way is the cause of what psql says about the statement that was cut.
    feeder.get();
    throw Error(code::restore_failed, "the restore was refused").because(first_error(result.err));
  }
  feeder.get();
}

}  // namespace postgres
