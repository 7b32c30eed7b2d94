// The HTML report in a real browser, where there is one: Debian's chromium, without a window.
#include <filesystem>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/program_project.hpp"

using tests::ProgramProject;

namespace {

/// Not one of the packages that ./dev installs: it is 80 MB to fetch and 290 MB on disk, for this file alone.
std::string browser() {
  const std::string found = base::find_program("chromium");
  if (found.empty()) WARN("skipped: chromium is not installed (apt-get install chromium)");
  return found;
}

base::ProcessResult browse(const std::string& program, const ProgramProject& project, std::vector<std::string> words,
                           const std::string& page) {
  words.insert(words.begin(), {program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                               "--enable-logging=stderr", "--user-data-dir=" + project.path() + "/profile"});
  words.push_back("file://" + project.path() + "/" + page);
  base::ProcessOptions options;
  options.timeout = std::chrono::minutes(2);
  options.environment["HOME"] = project.path();
  return base::run_process(words, options);
}

/// A run with something in every section, names and values that try to be markup, and words that do not break.
void make_run(const ProgramProject& project) {
  project.write(
      "migrations/a.lua",
      "--- first\nlocal m = migration { revision = 'a', title = '<script>document.title=1</script>' }\n"
      "function m.upgrade()\n  db.execute('create table " +
          std::string(60, 'w') +
          " (id int primary key, \"<b>\" text)')\n"
          "  db.execute(\"insert into " +
          std::string(60, 'w') +
          " values (1, '<img src=x onerror=alert(1)>')\")\n"
          "end\nfunction m.downgrade() end\n"
          "m.guide = { before = '<i>x</i>', after = 'y', monitoring = { '</style><h1>z' }, next_steps = { 'a' },\n"
          "  success_criteria = { { text = 'one & two', sql = 'select true' } } }\nreturn m\n");
  REQUIRE(project.waxwing({"upgrade", "head"}).status == 0);
  REQUIRE(project.waxwing({"report", "--html", "-o", project.path() + "/report.html"}).status == 0);
}

}  // namespace

TEST_CASE("the HTML report is whole in a browser", "[cli][report][browser]") {
  const std::string program = browser();
  if (program.empty()) return;
  const ProgramProject project;
  make_run(project);

  const base::ProcessResult dom = browse(program, project, {"--dump-dom"}, "report.html");
  REQUIRE(dom.status == 0);
  CHECK_THAT(dom.out, ContainsSubstring("<h1>&lt;script&gt;document.title=1&lt;/script&gt;</h1>") &&
                          ContainsSubstring("&lt;/style&gt;&lt;h1&gt;z") && ContainsSubstring("</dl></footer>"));
  CHECK_THAT(dom.out, !ContainsSubstring("<img") && !ContainsSubstring("<i>x"));
  // What the page's own policy or the parser complains about.
  CHECK_THAT(dom.err, !ContainsSubstring("CONSOLE"));

  // The page forbids scripts, so its width is asked of a copy that allows one.
  std::string measured = base::read_file(project.path() + "/report.html");
  const std::size_t policy = measured.find("<meta http-equiv=\"Content-Security-Policy\"");
  REQUIRE(policy != std::string::npos);
  measured.erase(policy, measured.find('>', policy) + 1 - policy);
  measured = base::replace_all(measured, "</body>",
                               "<script>document.body.dataset.overflow = document.documentElement.scrollWidth - "
                               "innerWidth</script></body>");
  project.write("measured.html", measured);
  for (const char* size : {"--window-size=500,900", "--window-size=1400,900"}) {
    INFO(size);
    CHECK_THAT(browse(program, project, {"--dump-dom", size}, "measured.html").out,
               ContainsSubstring("data-overflow=\"0\""));
  }
}

TEST_CASE("the HTML report has a light and a dark face, and can be printed", "[cli][report][browser]") {
  const std::string program = browser();
  if (program.empty()) return;
  const ProgramProject project;
  make_run(project);
  const auto picture = [&](const char* name, const char* scheme) {
    const std::string path = project.path() + "/" + name;
    browse(program, project,
           {"--window-size=900,1200", std::string("--blink-settings=preferredColorScheme=") + scheme,
            "--screenshot=" + path},
           "report.html");
    REQUIRE(base::file_exists(path));
    return base::read_file(path);
  };
  const std::string light = picture("light.png", "1"), dark = picture("dark.png", "0");
  CHECK_THAT(light, StartsWith("\x89PNG"));
  CHECK(light != dark);
  browse(program, project, {"--print-to-pdf=" + project.path() + "/report.pdf"}, "report.html");
  REQUIRE(base::file_exists(project.path() + "/report.pdf"));
  CHECK_THAT(base::read_file(project.path() + "/report.pdf"), StartsWith("%PDF-"));
}
