// A project folder with a database of its own, for running the program on it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "support/database.hpp"
#include "support/temporary_folder.hpp"
#include "support/waxwing_program.hpp"

namespace tests {

class ProgramProject {
 public:
  /// Runs `sql` on the fresh database.
  explicit ProgramProject(const std::string& sql = "") : url_(fresh_database()) {
    std::filesystem::create_directories(folder_.path() + "/migrations");
    write("waxwing.lua", "return {}");
    if (!sql.empty()) connect(url_)->query(sql);
  }

  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = std::filesystem::path(folder_.path()) / name;
    std::filesystem::create_directories(path.parent_path());
    base::write_file(path.string(), text);
  }
  base::ProcessResult waxwing(std::vector<std::string> words, base::ProcessOptions options = {}) const {
    words.insert(words.end(), {"-C", folder_.path(), "--url", url_.conninfo()});
    return tests::waxwing(words, std::move(options));
  }
  const postgres::Url& url() const { return url_; }
  std::string path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  postgres::Url url_;
};

}  // namespace tests
