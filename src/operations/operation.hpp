// An operation is a value that becomes SQL. One field list per operation is the only source for checking, SQL, help and
// stubs.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "postgres/session.hpp"

namespace operations {

/// A key of an operation's table, as help, stubs and messages show it.
struct FieldInfo {
  std::string name;
  /// LuaCATS type: "string", "boolean", "integer", "string[]", "waxwing.column[]" ...
  std::string lua_type;
  std::string doc;
  bool required = false;
  /// Fields of a nested table, such as a column of create_table.
  std::vector<FieldInfo> nested = {};
  /// A file. Whoever reads a script's table makes it absolute first; in scripts it is relative to the project's folder.
  bool is_path = false;
};

/// What an operation found out or did that the user should read ("dropped along: constraint uq_book_assignment").
class Notes {
 public:
  virtual ~Notes() = default;
  virtual void note(std::string text) = 0;
};

class OperationType;

/// One operation with its arguments.
class Operation {
 public:
  virtual ~Operation() = default;
  virtual const OperationType& type() const = 0;
  /// The statements, in order. Operations that must ask the database first (drop_foreign_key by columns) throw here
  /// without one; run() is what executes.
  virtual std::vector<std::string> sql() const = 0;
  /// The operation that undoes this one; null when nothing can (drop_table without its columns, execute).
  virtual std::unique_ptr<Operation> reverse() const = 0;
  /// Executes on a session, live or recording: looks up what must be looked up, reports what goes along, sends the SQL.
  virtual void run(postgres::Session& session, Notes& notes) const = 0;
  /// "add column "note" to "orders"": for the headline `cannot add column ...`.
  virtual std::string description() const = 0;
  /// The same call as Lua text.
  virtual std::string lua() const = 0;
  /// Cannot run inside a transaction block (create_index with concurrently). run() then throws
  /// code::needs_no_transaction in one.
  virtual bool needs_no_transaction() const { return false; }
};

class OperationType {
 public:
  virtual ~OperationType() = default;
  virtual const std::string& name() const = 0;
  virtual const std::string& summary() const = 0;
  virtual const std::vector<FieldInfo>& fields() const = 0;
  /// A call as a script writes it, for help and the reference.
  virtual const std::string& example() const = 0;
  /// Reads a Lua table. Throws code::bad_argument: `op.add_column: unknown key "nulable"; did you mean "not_null"? keys
  /// are ...`.
  virtual std::unique_ptr<Operation> read(const base::Value& table) const = 0;
};

/// Every operation, in the order of the reference. The explicit list is all_operations.cpp.
const std::vector<const OperationType*>& all_operations();
const OperationType* find_operation(std::string_view name);

}  // namespace operations
