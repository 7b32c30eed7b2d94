// Rows that pass by: one at a time, decoded where a script looks, with what it assigned on top.
#pragma once
#include <cstdint>
#include <lua.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace script {

class Row;

struct RowColumn {
  std::string name;
  /// The OID below a domain.
  std::uint32_t type = 0;
  /// Why it cannot be assigned; empty when it can.
  std::string read_only{};
  /// False for what the row carries for ourselves.
  bool is_visible = true;
};

/// Which row each of the rows on their way is at. A handle that a script kept does not fit any more, and neither does
/// one of a row that is gone.
class RowTurns {
 public:
  std::uint32_t take_place(Row& row);
  void give_back(std::uint32_t place) { turns_[place] = {}; }
  std::uint64_t begin(std::uint32_t place) { return turns_[place].number = ++last_; }
  void end(std::uint32_t place) { turns_[place].number = 0; }
  /// Null when that turn is over.
  Row* row_at(std::uint64_t number) const;

 private:
  struct Turn {
    Row* row = nullptr;
    std::uint64_t number = 0;
  };
  std::vector<Turn> turns_;
  std::uint64_t last_ = 0;
};

/// The row that is at its turn, in COPY's text format.
class Row {
 public:
  /// `what` is "books", or empty for a query. `key` are positions of columns.
  Row(lua_State* lua, std::string what, std::vector<RowColumn> columns, std::vector<std::size_t> key = {});
  ~Row();
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  /// Sets the next line, which must outlive its turn, and pushes a handle for it.
  void push(lua_State* lua, std::string_view line);
  void end_turn();

  /// Was a value assigned?
  bool is_changed() const { return is_changed_; }
  bool is_changed(std::size_t column) const { return changed_[column] != 0; }
  const std::vector<RowColumn>& columns() const { return columns_; }
  const std::vector<std::size_t>& key() const { return key_; }
  /// The field as it came, with its escapes.
  std::string_view field(std::size_t column) const { return fields_[column]; }
  /// The first `count` fields with what was assigned.
  void append(std::string& out, std::size_t count) const;
  long long number() const { return number_; }
  /// `row 17 of books (id = 17)`
  std::string description() const;
  std::string description(long long number, const std::vector<std::string_view>& fields) const;
  /// `id = 17`, of the fields that the key's positions name.
  std::string key_text(const std::vector<std::string_view>& fields) const;

  /// Behind a handle at its turn.
  void push_column(lua_State* lua, std::size_t column);
  void assign(lua_State* lua, std::size_t column, int index);
  /// The column whose name is the Lua string at `index`; -1 when there is none.
  int find(lua_State* lua, int index) const;
  std::vector<std::string> visible_names() const;

 private:
  struct Name {
    const char* text = nullptr;
    int column = -1;
  };
  Name& slot_of(const char* text) const;

  lua_State* const lua_;
  RowTurns& turns_;
  const std::uint32_t place_;
  const std::string what_;
  const std::vector<RowColumn> columns_;
  const std::vector<std::size_t> key_;
  /// By address: Lua keeps one copy of each string, and `anchor_` keeps it alive.
  mutable std::vector<Name> names_;
  int anchor_ = LUA_NOREF;

  std::vector<std::string_view> fields_;
  std::vector<char> changed_;
  std::vector<std::string> assigned_;
  bool is_changed_ = false;
  long long number_ = 0;
  std::string scratch_;
};

/// Makes the type of the handles.
void register_row_type(lua_State* lua);
/// The row of the handle at `index`, null when it is no handle. Throws code::row_is_over.
Row* to_row(lua_State* lua, int index);

/// Calls the function on the stack with `arguments`, below which nothing of ours is kept. Throws what it raised, with
/// the row's description in front.
void call_row_function(lua_State* lua, int arguments, int results, const std::string& function, const Row* row);

}  // namespace script
