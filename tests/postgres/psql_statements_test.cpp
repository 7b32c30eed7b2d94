// Scripts cut by psql and by us. psql sends its statements to a server of this test, which writes them down.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "postgres/sql_scanner.hpp"
#include "postgres/sql_text.hpp"
#include "support/catch.hpp"
#include "support/client_programs.hpp"
#include "support/laws.hpp"
#include "support/temporary_folder.hpp"

namespace {

using Texts = std::vector<std::string>;

/// Enough of PostgreSQL's protocol 3 for a client to send simple queries; each is answered with success.
class Listener {
 public:
  Listener() : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder_.path() + "/.s.PGSQL.5432";
    REQUIRE(path.size() < sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(socket_, 4) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Listener() {
    ends_ = true;
    thread_.join();
    close(socket_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// What psql sends for this script.
  Texts statements_of(const std::string& script) {
    {
      const std::lock_guard lock(mutex_);
      heard_.clear();
    }
    const std::string path = folder_.path() + "/script.sql";
    base::write_file(path, script);
    const base::ProcessResult result =
        base::run_process({tests::client_folder() + "/psql", "-X", "-q", "-f", path,
                           "host=" + folder_.path() + " port=5432 user=u dbname=d client_encoding=UTF8"});
    if (result.status != 0 && result.status != 3) throw std::runtime_error("psql: " + result.err);
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  void serve() {
    while (!ends_) {
      pollfd waits{socket_, POLLIN, 0};
      if (poll(&waits, 1, 50) != 1) continue;
      const int client = accept(socket_, nullptr, nullptr);
      talk(client);
      close(client);
    }
  }

  void talk(int client) {
    if (read_message(client, false).empty()) return;
    std::string hello = message('R', std::string(4, '\0'));
    for (const char* setting : {"client_encoding\0UTF8\0", "server_version\00015.0\0", "integer_datetimes\0on\0",
                                "standard_conforming_strings\0on\0", "server_encoding\0UTF8\0"}) {
      const std::string name = setting;
      hello += message('S', name + '\0' + std::string(setting + name.size() + 1) + '\0');
    }
    send_all(client, hello + message('Z', "I"));
    for (std::string said = read_message(client, true); !said.empty() && said[0] != 'X';
         said = read_message(client, true)) {
      if (said[0] == 'Q') {
        const std::lock_guard lock(mutex_);
        heard_.push_back(said.substr(1, said.size() - 2));
      }
      send_all(client, message('C', std::string("SET\0", 4)) + message('Z', "I"));
    }
  }

  static std::string message(char type, const std::string& body) {
    const std::size_t size = body.size() + 4;
    std::string text(1, type);
    for (const unsigned shift : {24U, 16U, 8U, 0U}) text += static_cast<char>(size >> shift);
    return text + body;
  }

  static void send_all(int client, const std::string& text) {
    // Not the thread of the test, so no assertion of its own: psql says that it was not answered.
    if (write(client, text.data(), text.size()) != static_cast<ssize_t>(text.size())) shutdown(client, SHUT_RDWR);
  }

  static bool read_bytes(int client, char* to, std::size_t count) {
    for (std::size_t had = 0; had < count;) {
      const ssize_t got = read(client, to + had, count - had);
      if (got <= 0) return false;
      had += static_cast<std::size_t>(got);
    }
    return true;
  }

  /// With its type in front where it has one; empty at the end.
  static std::string read_message(int client, bool has_type) {
    char type = ' ';
    std::array<unsigned char, 4> length{};
    if (has_type && !read_bytes(client, &type, 1)) return {};
    if (!read_bytes(client, reinterpret_cast<char*>(length.data()), length.size())) return {};
    const std::size_t size = (std::size_t{length[0]} << 24) | (length[1] << 16U) | (length[2] << 8U) | length[3];
    std::string text(size - 4, '\0');
    if (!read_bytes(client, text.data(), text.size())) return {};
    return type + text;
  }

  const tests::TemporaryFolder folder_;
  const int socket_;
  std::atomic<bool> ends_ = false;
  std::mutex mutex_;
  Texts heard_;
  std::thread thread_;
};

/// Comments are a blank, blanks are one, and the semicolon at the end is left out: older versions of psql do not send
/// all comments.
std::string normal(std::string_view sql) {
  std::string out;
  bool has_gap = false;
  for (std::size_t at = 0; at < sql.size();) {
    const postgres::Scanned scanned = postgres::scan_piece(sql, at);
    const bool is_gap = scanned.piece == postgres::Piece::space || scanned.piece == postgres::Piece::comment;
    if (!is_gap) {
      if (has_gap && !out.empty()) out += ' ';
      out += sql.substr(at, scanned.end - at);
    }
    has_gap = is_gap;
    at = scanned.end;
  }
  if (out.ends_with(';')) out.pop_back();
  return std::string(base::trim(out));
}

Texts normal(const Texts& all) {
  Texts out;
  for (const std::string& each : all)
    if (std::string text = normal(each); !text.empty()) out.push_back(std::move(text));
  return out;
}

/// Nothing where the script is refused.
std::optional<Texts> ours(const std::string& script) {
  try {
    Texts texts;
    for (const postgres::Statement& each : postgres::split_statements(script)) texts.emplace_back(each.text);
    return normal(texts);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

/// psql takes a backslash outside of quotes for a command of its own, wherever it stands.
bool has_command(std::string_view script) {
  for (std::size_t at = 0; at < script.size();) {
    const postgres::Scanned scanned = postgres::scan_piece(script, at);
    if (scanned.piece == postgres::Piece::backslash) return true;
    at = scanned.end;
  }
  return false;
}

}  // namespace

TEST_CASE("a script has the statements that psql sends", "[postgres][sql][psql]") {
  Listener listener;
  for (const std::string script : {
           "select 1; select 2",
           "select ';', \";\", $$;$$, $a$;$b$;$a$ ; select 2;",
           "select e'\\';', 'it''s;' ; select U&'\\0061;', b'1', n'x;'",
           "/* ; /* nested ; */ ; */ select 1; -- done;\nselect /* ; */ 2 -- ;\n;",
           "select (1; 2); select array[1, 2]; select a::text, b [1:2]",
           "create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end; "
           "select 3",
           "create or replace procedure p() begin atomic insert into t values (1); end; call p()",
           "do $do$ begin perform 1; end $do$; select 'x'\n';y'; select 2",
           ";;; ; select 1 ;;\n;",
           "select 1\r\n;\r\nselect 2;\r\n",
           "select é, $é$;$é$, \"ü;\"; select 2",
           "select x$1$y; select $1; select a$b$c;d$b$ ; select 1",
           "select - -1; select 5 /* a */ - /* b */ 3; select @-1, ->>'x;' from t",
           "begin; insert into t values (1); end; select 1",
           "select 1 -- without an end",
           "",
       }) {
    INFO(script);
    const auto mine = ours(script);
    REQUIRE(mine);
    CHECK(*mine == normal(listener.statements_of(script)));
  }
}

TEST_CASE("random scripts have the statements that psql sends", "[postgres][sql][psql][laws]") {
  Listener listener;
  // Colons and backslashes are left out: psql has variables and commands that a migration has not.
  const auto piece = rc::gen::elementOf(Texts{"select",
                                              "1",
                                              ";",
                                              ";\n",
                                              "';'",
                                              "''''",
                                              "\";\"",
                                              "$$;$$",
                                              "$a$ ; $b$ ; $a$",
                                              "e'\\';'",
                                              "/* ; */",
                                              "/* /* ; */ */",
                                              "--;\n",
                                              "(",
                                              ")",
                                              "(;)",
                                              "x$1$y",
                                              "$1",
                                              "U&'\\0061;'",
                                              "\n",
                                              "\r\n",
                                              "é",
                                              "end",
                                              "case",
                                              "begin",
                                              "create",
                                              "function f()",
                                              "begin atomic",
                                              "'",
                                              "\"",
                                              "$$",
                                              "/*",
                                              "*/",
                                              "-",
                                              "e"});
  int compared = 0;
  CHECK(tests::holds("as psql cuts them", 150, [&] {
    std::string script;
    for (const std::string& each : *rc::gen::container<Texts>(piece)) script += each + " ";
    // Only a function may have a body of statements, which we take for one wherever the words stand.
    const std::string lower = base::lower(script);
    const auto mine = ours(script);
    RC_PRE(mine.has_value() && !has_command(script));
    const bool has_body = lower.find("begin") != std::string::npos && lower.find("atomic") != std::string::npos;
    RC_PRE(!has_body || lower.find("create") == 0);
    RC_ASSERT(*mine == normal(listener.statements_of(script)));
    ++compared;
  }));
  CHECK(compared > 50);
}
