// Lua at a prompt: lines are evaluated one after another in one state, and their values are made readable.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "script/migration.hpp"

namespace script {

/// What a line gave, one of perhaps several values.
struct ShownValue {
  /// As Lua writes it; empty where it is a table of rows.
  std::string text;
  struct Rows {
    std::vector<std::string> columns;
    /// Is the column of numbers?
    std::vector<bool> is_number;
    /// Nothing for NULL.
    std::vector<std::vector<std::optional<std::string>>> rows;
  };
  /// Rows of db.query, db.rows and db.row, and any other list of tables with named fields.
  std::optional<Rows> rows = {};
  /// For --json; text where the value is none that JSON has.
  base::Value value = {};
};

class ConsoleScript {
 public:
  /// `begin`, `commit` and `rollback` are functions of the prompt.
  struct Transactions {
    std::function<void()> begin, commit, rollback;
  };

  ConsoleScript(const Surroundings& surroundings, Transactions transactions);
  ~ConsoleScript();

  enum class Syntax { good, unfinished, wrong };
  Syntax syntax_of(const std::string& text);
  /// Runs a line. Names that it sets stay, also those of a `local` at its start. Throws code::script_syntax and what
  /// the line throws.
  std::vector<ShownValue> evaluate(const std::string& text, postgres::Session& session);
  /// Globals, or what is in `table` ("db", "op", a table of one's own); for completion.
  std::vector<std::string> names_in(const std::string& table);

 private:
  struct Prompt;
  std::unique_ptr<Prompt> prompt_;
};

}  // namespace script
