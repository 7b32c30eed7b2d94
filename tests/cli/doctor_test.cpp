// `waxwing doctor` on healthy and on sick databases.
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/client_programs.hpp"
#include "support/program_project.hpp"

using nlohmann::json;
using tests::ProgramProject;

namespace {

/// "ok", "warning", "failed": the worst of an area.
std::string status_of(const json& document, const std::string& area) {
  std::string worst = "none";
  for (const json& each : document["findings"])
    if (each["area"] == area && (worst == "none" || worst == "ok" || each["status"] == "failed"))
      worst = each["status"];
  return worst;
}

}  // namespace

TEST_CASE("a healthy database has nothing in the way", "[cli][doctor]") {
  if (tests::skips_for_pg_dump()) return;
  const ProgramProject project;
  project.write("migrations/a.sql", "-- revision: a\n-- revises:\n-- waxwing: up\nselect 1;\n-- waxwing: down\n");
  const auto found = project.waxwing({"doctor", "--json"});
  const json document = json::parse(found.out);
  INFO(found.out);
  CHECK(found.status == 0);
  CHECK(document["failed"] == 0);
  for (const char* area : {"migrations", "connection", "pooler", "rights", "extensions", "locale", "clock", "limits",
                           "replication", "timeouts"})
    CHECK(status_of(document, area) == "ok");
  CHECK(status_of(document, "disk") == "unknown");
  const auto text = project.waxwing({"doctor"}, {.environment = {{"LC_ALL", "C"}}});
  CHECK(text.status == 0);
  CHECK_THAT(text.out, ContainsSubstring("nothing is in the way") && ContainsSubstring("export LC_ALL=C.UTF-8"));
}

TEST_CASE("missing rights, extensions and an old transaction are found", "[cli][doctor]") {
  if (tests::lacks_superuser()) return;
  const ProgramProject project;
  const std::string role = "visitor_" + project.url().database();
  tests::connect(project.url())->query("create role " + role + " login; revoke create on schema public from public");
  project.write(
      "migrations/a.lua",
      "local m = migration { revision = 'a' }\nfunction m.upgrade()\n  op.create_extension { name = \"vector\" }\n  "
      "op.create_extension { if_not_exists = true, name = 'nonesuch' }\nend\nfunction m.downgrade() end\nreturn m\n");
  project.write(
      "migrations/b.sql",
      "-- revision: b\n-- revises: a\n-- waxwing: up\nCREATE EXTENSION IF NOT EXISTS \"pg_trgm\";\n-- waxwing: down\n");
  postgres::Url visitor = project.url();
  visitor.set("user", role);
  const auto found = tests::waxwing({"doctor", "--json", "-C", project.path(), "--url", visitor.conninfo()});
  CHECK(found.status == 6);
  const json document = json::parse(found.out);
  CHECK(status_of(document, "rights") == "failed");
  CHECK(status_of(document, "extensions") == "failed");
  std::string advice;
  for (const json& each : document["findings"]) advice += each["try"].get<std::string>() + "\n";
  CHECK_THAT(advice, ContainsSubstring("GRANT CREATE ON SCHEMA public TO " + role));
  CHECK_THAT(advice, ContainsSubstring("GRANT CREATE ON DATABASE " + project.url().database() + " TO " + role));
  CHECK_THAT(advice, ContainsSubstring("install \"nonesuch\" on the server's machine"));
}

TEST_CASE("without a connection the rest is still looked at", "[cli][doctor]") {
  const ProgramProject project;
  project.write("migrations/a.sql", "-- revision: a\n-- revises:\n-- waxwing: up\nselect 1;\n-- waxwing: down\n");
  const auto found =
      tests::waxwing({"doctor", "--json", "-C", project.path(), "--url", "postgres://ann:canary77@localhost:1/x"});
  CHECK(found.status == 6);
  const json document = json::parse(found.out);
  CHECK(status_of(document, "connection") == "failed");
  CHECK(status_of(document, "migrations") == "ok");
  CHECK(status_of(document, "timeouts") == "ok");
  CHECK(status_of(document, "rights") == "none");
  CHECK_THAT(found.out, ContainsSubstring("Connection refused") && !ContainsSubstring("canary77"));
}

TEST_CASE("what migrations and plugins need beyond the database is looked for", "[cli][doctor]") {
  const ProgramProject project;
  const std::string head = "local m = migration { revision = 'a' }\n";
  const std::string tail = "\nfunction m.downgrade() end\nreturn m\n";
  project.write("migrations/a.lua", head +
                                        "-- shell.run is not used\nlocal text = 'my.http.x'\nfunction m.upgrade()\n  "
                                        "http.get('http://localhost')\nend" +
                                        tail);
  const auto findings = [&](const char* area) {
    std::string text;
    const json document = json::parse(project.waxwing({"doctor", "--json"}).out);
    for (const json& each : document["findings"])
      if (each["area"] == area)
        text += each["status"].get<std::string>() + " " + each["text"].get<std::string>() + " | " +
                each["try"].get<std::string>() + "\n";
    return text;
  };
  CHECK(findings("allow") ==
        "failed http is used in migrations/a.lua:5, and is not allowed | allow = { \"http\" } in waxwing.lua\n");
  CHECK(findings("plugins") == "ok the project uses no plugins | \n");

  project.write(
      "waxwing.lua",
      "return { allow = { 'http' }, plugins = { { name = 'timing', allow = { 'files' } }, 'services', 'nonesuch' } }");
  CHECK(findings("allow") == "ok http is used in migrations/a.lua:5 | \n");
  CHECK_THAT(findings("plugins"),
             ContainsSubstring("which has files") &&
                 ContainsSubstring("failed plugin services needs \"shell\" and \"database\" | in waxwing.lua: ") &&
                 ContainsSubstring("failed there is no plugin \"nonesuch\""));
  CHECK(project.waxwing({"doctor"}).status == 6);

  project.write("migrations/a.lua", head + "function m.upgrade() db.execute('select 1') end" + tail);
  CHECK(findings("allow") == "ok the migrations use no files, programs or network | \n");
}
