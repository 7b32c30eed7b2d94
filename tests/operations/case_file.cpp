// Reading the text cases.
#include "case_file.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "base/files.hpp"
#include "base/text.hpp"
#include "lua_call.hpp"

namespace tests {

namespace {

std::vector<OperationCase> read_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(WAXWING_SOURCE_DIR "/tests/operations"))
    if (entry.path().extension() == ".case") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  std::vector<OperationCase> cases;
  for (const std::string& file : files) {
    int number = 0;
    const std::string text = base::replace_all(base::read_file(file), "TESTS", WAXWING_SOURCE_DIR "/tests/operations");
    for (const std::string& raw : base::split(text, '\n')) {
      ++number;
      const std::string line(base::trim(raw));
      if (line.empty() || raw.starts_with('#')) continue;
      if (!raw.starts_with(' ')) {
        cases.push_back({std::filesystem::path(file).filename().string(), line, "", number, 0, {}, {}, {}, {}, "", ""});
        continue;
      }
      OperationCase& current = cases.back();
      const auto rest = [&line](std::size_t count) { return std::string(base::trim(line.substr(count))); };
      if (line.starts_with("since "))
        current.since = std::stoi(rest(6));
      else if (line.starts_with("given "))
        current.given.push_back(rest(6));
      else if (line.starts_with("=> "))
        current.sql.push_back(rest(3));
      else if (line.starts_with("<= "))
        current.inverse.push_back(rest(3));
      else if (line.starts_with("** "))
        current.notes.push_back(rest(3));
      else if (line.starts_with("!! "))
        current.error = rest(3);
      else if (line.starts_with("-> "))
        current.cause = rest(3);
      else
        current.call += (current.call.empty() ? "" : "\n") + raw.substr(2);
    }
  }
  return cases;
}

}  // namespace

const std::vector<OperationCase>& read_cases() {
  static const std::vector<OperationCase> cases = read_files();
  return cases;
}

std::unique_ptr<operations::Operation> read_call(const std::string& lua) {
  const LuaCall call = evaluate_call(lua);
  const operations::OperationType* type = operations::find_operation(call.name);
  if (!type) throw std::runtime_error("there is no op." + call.name);
  return type->read(call.arguments);
}

std::string one_line(const std::string& sql) {
  std::string text;
  for (const char c : sql) {
    const bool blank = c == '\n' || c == ' ' || c == '\t';
    if (blank && (text.empty() || text.back() == ' ')) continue;
    text += blank ? ' ' : c;
  }
  return base::replace_all(base::replace_all(text, "( ", "("), " )", ")");
}

std::vector<std::string> one_line_each(const std::vector<std::string>& statements) {
  std::vector<std::string> result;
  for (const std::string& each : statements) result.push_back(one_line(each));
  return result;
}

bool asks_catalogue(const operations::Operation& op) {
  const std::string& name = op.type().name();
  for (const char* start : {"retype_", "restore_", "contract_", "abort_"})
    if (name.starts_with(start)) return true;
  return false;
}

}  // namespace tests
