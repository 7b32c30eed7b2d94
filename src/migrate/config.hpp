// The settings of a project: one list of keys, and for each its value with the place it came from.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/value.hpp"

namespace migrate {

/// A key of waxwing.lua. The list is the source for checking, `waxwing config`, `waxwing help config` and the
/// reference.
struct ConfigKey {
  const char* name;
  /// "string", "integer", "boolean", "list" or "table".
  const char* type;
  /// Text form of the default; null when there is none.
  const char* fallback;
  const char* doc;
  /// May an environment set it too?
  bool per_environment;
};
const std::vector<ConfigKey>& config_keys();

/// A value and where it was set: "--url", "WAXWING_URL", "waxwing.lua", "waxwing.lua, environment production",
/// "default".
struct Setting {
  base::Value value;
  std::string source;
};

/// Flags over environment variables (WAXWING_<KEY>) over the chosen environment's table over the file over the
/// defaults.
class Config {
 public:
  /// `table` is what waxwing.lua returned; `environment` names an entry of its `environments` or is empty.
  /// Throws code::bad_config naming the key, with did-you-mean.
  Config(const base::Value& table, const std::string& file, const std::string& environment,
         const std::map<std::string, std::string>& flags);

  const Setting& operator[](const std::string& key) const;
  bool has(const std::string& key) const { return !(*this)[key].value.is_nil(); }
  std::string text(const std::string& key) const;
  long long integer(const std::string& key) const;
  bool boolean(const std::string& key) const;
  std::vector<std::string> list(const std::string& key) const;
  const std::string& environment() const { return environment_; }
  const std::string& file() const { return file_; }
  const std::vector<std::string>& environment_names() const { return environment_names_; }

 private:
  void read_table(const base::Value& table, const std::string& source, bool is_environment);
  void read_overrides(const std::map<std::string, std::string>& flags);
  void set(const ConfigKey& key, base::Value value, std::string source);

  std::map<std::string, Setting> settings_;
  std::string file_, environment_;
  std::vector<std::string> environment_names_;
};

}  // namespace migrate
