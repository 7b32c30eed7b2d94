// The order of the floors: what each file of src/ includes.
#include <algorithm>
#include <filesystem>
#include <set>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;

const std::string source = WAXWING_SOURCE_DIR "/src";

std::vector<std::string> floors() {
  std::vector<std::string> names;
  for (const std::string& line : base::split(base::read_file(source + "/FLOORS"), '\n'))
    if (!base::trim(line).empty()) names.emplace_back(base::trim(line));
  return names;
}

struct Include {
  std::string file, floor, target;
  bool quoted = false;
};

std::vector<Include> all_includes() {
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(source)) {
    const std::string extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    const std::string file = fs::relative(entry.path(), source);
    const std::string floor = file.find('/') == std::string::npos ? "" : file.substr(0, file.find('/'));
    for (const std::string& line : base::split(base::read_file(entry.path()), '\n')) {
      std::string_view rest = base::trim(line);
      if (!rest.starts_with('#')) continue;
      rest = base::trim(rest.substr(1));
      if (!rest.starts_with("include")) continue;
      rest = base::trim(rest.substr(7));
      if (rest.size() < 2) continue;
      const bool quoted = rest.front() == '"';
      found.push_back({file, floor, std::string(rest.substr(1, rest.find(quoted ? '"' : '>', 1) - 1)), quoted});
    }
  }
  return found;
}

}  // namespace

TEST_CASE("FLOORS lists the folders of src, each once", "[base]") {
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(source))
    if (entry.is_directory()) folders.insert(entry.path().filename());
  const std::vector<std::string> listed = floors();
  CHECK(listed.front() == "base");
  CHECK(std::set<std::string>(listed.begin(), listed.end()).size() == listed.size());
  for (const std::string& folder : folders) {
    INFO(folder);
    CHECK(std::find(listed.begin(), listed.end(), folder) != listed.end());
  }
}

TEST_CASE("a file includes its own folder and lower floors only", "[base]") {
  const std::vector<std::string> order = floors();
  const auto height = [&](const std::string& floor) {
    return std::find(order.begin(), order.end(), floor) - order.begin();
  };
  int own_includes = 0;
  for (const Include& each : all_includes()) {
    if (!each.quoted || each.floor.empty()) continue;
    INFO("src/" << each.file << " includes \"" << each.target << '"');
    const std::string target_floor = each.target.substr(0, each.target.find('/'));
    CHECK(each.target.find("..") == std::string::npos);
    CHECK(height(target_floor) < static_cast<long>(order.size()));
    CHECK(height(target_floor) <= height(each.floor));
    CHECK(fs::exists(source + "/" + each.target));
    ++own_includes;
  }
  CHECK(own_includes > 20);
}

TEST_CASE("only postgres speaks to libpq and libpqxx, and only script to Lua", "[base]") {
  for (const Include& each : all_includes()) {
    INFO("src/" << each.file << " includes " << each.target);
    const bool database = each.target.starts_with("pqxx") || each.target.starts_with("libpq") ||
                          each.target.starts_with("pg_query") || each.target.starts_with("postgresql/");
    const bool lua = each.target.starts_with("lua") && each.target.ends_with(".h")
                         ? true
                         : each.target == "lua.hpp" || each.target.starts_with("luajit") ||
                               each.target == "lauxlib.h" || each.target == "lualib.h";
    if (database) CHECK(each.floor == "postgres");
    if (lua) CHECK(each.floor == "script");
  }
}

TEST_CASE("no file of src pays for streams or regular expressions", "[base]") {
  for (const Include& each : all_includes()) {
    INFO("src/" << each.file << " includes <" << each.target << '>');
    CHECK(each.target != "iostream");
    CHECK(each.target != "regex");
  }
}

TEST_CASE("each file says in its first line what lives there", "[base]") {
  for (const auto& entry : fs::recursive_directory_iterator(source)) {
    const std::string extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp" && extension != ".def") continue;
    const std::string first = base::split(base::read_file(entry.path()), '\n').front();
    INFO(entry.path() << ": " << first);
    CHECK(first.starts_with("// "));
    CHECK(first.size() > 10);
  }
}
