// What tests with several programs at one database share.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "support/database.hpp"
#include "support/temporary_folder.hpp"

namespace tests {

/// Two numbers that a test is done with: those of an environment variable ("64 100"), or the usual ones.
class Figures {
 public:
  Figures(const char* variable, const char* usual) {
    std::istringstream text(std::getenv(variable) ? std::getenv(variable) : usual);
    text >> numbers_[0] >> numbers_[1];
  }
  int operator[](std::size_t index) const { return numbers_[index]; }

 private:
  int numbers_[2] = {0, 0};
};

/// The arguments of a program that works in `folder` on `url` and waits long for other migrators.
inline std::vector<std::string> command(const std::string& folder, const postgres::Url& url,
                                        std::vector<std::string> words) {
  words.insert(words.end(), {"-C", folder, "--url", url.conninfo(), "--lock-wait", "120"});
  return words;
}

/// A project of one migration, "a", with this body of its upgrade.
struct OneMigration : TemporaryFolder {
  explicit OneMigration(const std::string& up, const std::string& header = "") {
    std::filesystem::create_directories(path() + "/migrations");
    base::write_file(path() + "/waxwing.lua", "return {}");
    base::write_file(path() + "/migrations/a.lua", "local m = migration { revision = 'a'" + header +
                                                       " }\nfunction m.upgrade()\n" + up + "\nend\nreturn m\n");
  }
};

inline std::int64_t number(const postgres::Url& url, const std::string& sql) {
  return connect(url)->query(sql).integer(0, 0);
}

}  // namespace tests
