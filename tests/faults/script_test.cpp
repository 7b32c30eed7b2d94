// A script that loses its connection in db.autocommit says what is known.
#include "base/error.hpp"
#include "base/files.hpp"
#include "fault_project.hpp"
#include "proxy.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/temporary_folder.hpp"
#include "workspace.hpp"

namespace {

constexpr int limit_ms = 60000;

const char* const script_text = R"lua(
local s = script { name = 'two parts', write = true }
function s.run()
  db.execute("insert into counter values ('first', 1)")
  db.autocommit(function() db.execute("insert into counter values ('second', 1)") end)
end
return s
)lua";

struct Outcome {
  int status = 0;
  std::string output, names;
};

/// Runs the script on a database at r1 and cuts the connection there.
Outcome run_cut(char side, const std::string& text) {
  tests::Workspace workspace;
  const tests::TemporaryFolder folder;
  const std::string script = folder.path() + "/parts.lua", output = folder.path() + "/log";
  base::write_file(script, script_text);
  const postgres::Url url = workspace.emptied();
  const auto words = [&](std::vector<std::string> command, const postgres::Url& at) {
    command.insert(command.end(), {"-C", tests::fault_project(), "--url", at.conninfo()});
    return command;
  };
  REQUIRE(tests::Child(words({"upgrade", "r1"}, url), output).wait(limit_ms) == 0);
  Outcome outcome;
  {
    const tests::Proxy proxy(url, {{side, 1, tests::FaultKind::cut, text}}, {});
    outcome.status = tests::Child(words({"run", script}, proxy.url()), output).wait(limit_ms);
    CHECK(proxy.is_through());
  }
  workspace.wait_for_sessions();
  outcome.output = base::read_file(output);
  outcome.names = tests::Workspace::look_at(url)
                      ->query("SELECT string_agg(name, ' ' ORDER BY name) FROM public.counter WHERE name <> 'r1'")
                      .text(0, 0);
  return outcome;
}

}  // namespace

TEST_CASE("a script whose COMMIT in db.autocommit was not answered is not called rolled back", "[faults]") {
  const bool arrives = GENERATE(false, true);
  const Outcome outcome = arrives ? run_cut('B', "COMMIT") : run_cut('F', "COMMIT");
  INFO(outcome.output);
  CHECK(outcome.status == static_cast<int>(base::Exit::outcome_unknown));
  CHECK_THAT(outcome.output, ContainsSubstring("unknown whether that statement is kept"));
  CHECK(outcome.names == (arrives ? "first" : ""));
}

TEST_CASE("a script that loses its connection after db.autocommit committed says that this is kept", "[faults]") {
  const Outcome outcome = run_cut('F', "BEGIN; SELECT");
  INFO(outcome.output);
  CHECK(outcome.status == static_cast<int>(base::Exit::failed));
  CHECK_THAT(outcome.output, ContainsSubstring("what db.autocommit committed is kept"));
  CHECK(outcome.names == "first second");
}
