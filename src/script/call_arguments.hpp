// Reads the one table that a function of ours takes.
#pragma once
#include <lua.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/value.hpp"

namespace script {

/// Keys are checked on construction; each reader names function, key and type when it does not fit.
class CallArguments {
 public:
  /// `function` is "http.request". Throws code::bad_argument for keys that are not in `known`.
  CallArguments(std::string function, base::Value table, const std::vector<std::string>& known);

  std::optional<std::string> text(const char* key) const;
  std::optional<double> number(const char* key) const;
  std::optional<std::int64_t> whole_number(const char* key) const;
  bool flag(const char* key) const;
  const base::Value* find(const char* key) const;
  /// A table of texts by name, in order of the names.
  std::vector<std::pair<std::string, std::string>> texts(const char* key) const;
  /// The entries without a name.
  const std::vector<std::string>& entries() const { return entries_; }

 private:
  [[noreturn]] void wrong_type(const std::string& key, const char* expected, const base::Value& got) const;

  std::string function_;
  base::Value table_;
  std::vector<std::string> entries_;
};

}  // namespace script
