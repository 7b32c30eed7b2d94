// A handle is a light userdata, the number of its row's turn: it costs nothing, and one that was kept can be told from
// the present one. Scripts have no other light userdata, which all share one metatable.
#include "script/lua_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/copy_text.hpp"
#include "script/copy_values.hpp"
#include "script/lua_arrays.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

Row& row_of(lua_State* lua, int index, const RowTurns& turns) {
  Row* row = turns.row_at(reinterpret_cast<std::uintptr_t>(lua_touserdata(lua, index)));
  if (!row)
    throw Error(code::row_is_over, "the row was used after its turn")
        .because("a row is only there until the next one comes")
        .advise("row:copy() makes a table of it that may be kept");
  return *row;
}

/// In a metamethod, which has them as its first upvalue.
const RowTurns& turns_of(lua_State* lua) {
  return *static_cast<const RowTurns*>(lua_touserdata(lua, lua_upvalueindex(1)));
}

/// The first argument of a metamethod is always a handle: the metatable is locked, and nobody else has these functions.
Row& row_argument(lua_State* lua) {
  Row* row = to_row(lua, 1);
  if (!row) throw Error(code::bad_argument, "a row is expected").advise("row:copy(), with a colon");
  return *row;
}

[[noreturn]] void throw_unknown(lua_State* lua, const Row& row) {
  const std::vector<std::string> names = row.visible_names();
  const std::string wanted = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2);
  throw Error(code::bad_argument,
              fmt::format("the row has no column \"{}\"{}", wanted, base::did_you_mean_suffix(wanted, names)))
      .because("columns are " + base::join(names, ", "));
}

int row_copy(lua_State* lua) {
  Row& row = row_argument(lua);
  lua_createtable(lua, 0, static_cast<int>(row.columns().size()));
  for (std::size_t i = 0; i < row.columns().size(); ++i) {
    if (!row.columns()[i].is_visible) continue;
    lua_pushlstring(lua, row.columns()[i].name.data(), row.columns()[i].name.size());
    row.push_column(lua, i);
    lua_rawset(lua, -3);
  }
  return 1;
}

int row_index(lua_State* lua) {
  Row& row = row_of(lua, 1, turns_of(lua));
  const int column = row.find(lua, 2);
  if (column >= 0) {
    row.push_column(lua, static_cast<std::size_t>(column));
    return 1;
  }
  if (lua_type(lua, 2) == LUA_TSTRING && std::string_view(lua_tostring(lua, 2)) == "copy") {
    lua_pushvalue(lua, lua_upvalueindex(2));
    return 1;
  }
  throw_unknown(lua, row);
}

int row_new_index(lua_State* lua) {
  Row& row = row_of(lua, 1, turns_of(lua));
  const int column = row.find(lua, 2);
  if (column < 0) throw_unknown(lua, row);
  row.assign(lua, static_cast<std::size_t>(column), 3);
  return 0;
}

int row_to_string(lua_State* lua) {
  const std::string text = row_argument(lua).description();
  lua_pushlstring(lua, text.data(), text.size());
  return 1;
}

}  // namespace

Row* RowTurns::row_at(std::uint64_t number) const {
  for (const Turn& each : turns_)
    if (each.number == number && number != 0) return each.row;
  return nullptr;
}

std::uint32_t RowTurns::take_place(Row& row) {
  auto free = std::find_if(turns_.begin(), turns_.end(), [](const Turn& turn) { return !turn.row; });
  if (free == turns_.end()) free = turns_.insert(free, Turn{});
  free->row = &row;
  return static_cast<std::uint32_t>(free - turns_.begin());
}

Row::Row(lua_State* lua, std::string what, std::vector<RowColumn> columns, std::vector<std::size_t> key)
    : lua_(LuaState::of(lua).main_thread()),
      turns_(LuaState::of(lua).row_turns()),
      place_(turns_.take_place(*this)),
      what_(std::move(what)),
      columns_(std::move(columns)),
      key_(std::move(key)),
      changed_(columns_.size()),
      assigned_(columns_.size()) {
  std::size_t size = 8;
  while (size < 2 * columns_.size()) size *= 2;
  names_.resize(size);
  lua_createtable(lua, static_cast<int>(columns_.size()), 0);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i].is_visible) continue;
    lua_pushlstring(lua, columns_[i].name.data(), columns_[i].name.size());
    const char* text = lua_tostring(lua, -1);
    slot_of(text) = {text, static_cast<int>(i)};
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
  anchor_ = luaL_ref(lua, LUA_REGISTRYINDEX);
}

Row::~Row() {
  turns_.give_back(place_);
  // Only a table's entry is set to nil, which cannot fail.
  luaL_unref(lua_, LUA_REGISTRYINDEX, anchor_);
}

Row::Name& Row::slot_of(const char* text) const {
  std::size_t at = (reinterpret_cast<std::uintptr_t>(text) >> 3) * 0x9E3779B97F4A7C15u >> 32;
  for (;; ++at) {
    Name& name = names_[at & (names_.size() - 1)];
    if (!name.text || name.text == text) return name;
  }
}

int Row::find(lua_State* lua, int index) const {
  return lua_type(lua, index) == LUA_TSTRING ? slot_of(lua_tostring(lua, index)).column : -1;
}

std::vector<std::string> Row::visible_names() const {
  std::vector<std::string> names;
  for (const RowColumn& each : columns_)
    if (each.is_visible) names.push_back(each.name);
  return names;
}

void Row::push(lua_State* lua, std::string_view line) {
  postgres::split_copy_line(line, fields_);
  // A row without columns is an empty line too.
  if (fields_.size() != columns_.size())
    throw Error(code::bug, fmt::format("a row of {} columns came with {} fields", columns_.size(), fields_.size()));
  if (is_changed_) std::fill(changed_.begin(), changed_.end(), 0);
  is_changed_ = false;
  ++number_;
  lua_pushlightuserdata(lua, reinterpret_cast<void*>(static_cast<std::uintptr_t>(turns_.begin(place_))));
}

void Row::end_turn() { turns_.end(place_); }

void Row::push_column(lua_State* lua, std::size_t column) {
  const std::string_view field = changed_[column] ? std::string_view(assigned_[column]) : fields_[column];
  if (postgres::is_copy_null(field))
    lua_pushnil(lua);
  else
    push_text(lua, postgres::copy_field_text(field, scratch_), columns_[column].type);
}

void Row::assign(lua_State* lua, std::size_t column, int index) {
  const RowColumn& it = columns_[column];
  if (!it.read_only.empty())
    throw Error(code::bad_argument, fmt::format("column \"{}\" cannot be assigned: {}", it.name, it.read_only));
  std::string& text = assigned_[column];
  text.clear();
  try {
    append_copy_value(lua, index, it.type, text);
  } catch (Error& error) {
    error.headline(fmt::format("column \"{}\": {}", it.name, error.what()));
    throw;
  }
  changed_[column] = 1;
  is_changed_ = true;
}

void Row::append(std::string& out, std::size_t count) const {
  for (std::size_t i = 0; i < count;) {
    if (i > 0) out += '\t';
    if (changed_[i]) {
      out += assigned_[i++];
      continue;
    }
    // Fields side by side are copied as they stand in the line.
    std::size_t last = i;
    while (last + 1 < count && !changed_[last + 1]) ++last;
    out.append(fields_[i].data(),
               static_cast<std::size_t>(fields_[last].data() + fields_[last].size() - fields_[i].data()));
    i = last + 1;
  }
}

std::string Row::key_text(const std::vector<std::string_view>& fields) const {
  std::string text, scratch;
  for (const std::size_t column : key_) {
    if (column >= fields.size()) continue;
    if (!text.empty()) text += ", ";
    text += columns_[column].name + " = " + std::string(postgres::copy_field_text(fields[column], scratch));
  }
  return text;
}

std::string Row::description() const { return description(number_, fields_); }

std::string Row::description(long long number, const std::vector<std::string_view>& fields) const {
  const std::string key = key_text(fields);
  return fmt::format("row{}{}{}", number > 0 ? fmt::format(" {}", number) : "", what_.empty() ? "" : " of " + what_,
                     key.empty() ? "" : " (" + key + ")");
}

Row* to_row(lua_State* lua, int index) {
  return lua_islightuserdata(lua, index) ? &row_of(lua, index, LuaState::of(lua).row_turns()) : nullptr;
}

void register_row_type(lua_State* lua) {
  RowTurns* turns = &LuaState::of(lua).row_turns();
  lua_createtable(lua, 0, 4);
  lua_pushlightuserdata(lua, turns);
  lua_pushcfunction(lua, &guarded<&row_copy>);
  lua_pushcclosure(lua, &guarded<&row_index>, 2);
  lua_setfield(lua, -2, "__index");
  lua_pushlightuserdata(lua, turns);
  lua_pushcclosure(lua, &guarded<&row_new_index>, 1);
  lua_setfield(lua, -2, "__newindex");
  lua_pushcfunction(lua, &guarded<&row_to_string>);
  lua_setfield(lua, -2, "__tostring");
  lua_pushliteral(lua, "locked");
  lua_setfield(lua, -2, "__metatable");
  lua_pushlightuserdata(lua, turns);
  lua_insert(lua, -2);
  lua_setmetatable(lua, -2);
  lua_pop(lua, 1);
}

void call_row_function(lua_State* lua, int arguments, int results, const std::string& function, const Row* row) {
  const int status = lua_pcall(lua, arguments, results, 0);
  if (status == 0) return;
  const std::string prefix = function + ": " + (row ? row->description() + ": " : std::string());
  try {
    rethrow_lua_error(lua, status);
  } catch (Error& error) {
    if (must_not_be_caught()) throw;
    error.headline(prefix + error.what());
    if (error.code() != code::script_error) throw;
    Error failure(code::row_function_failed, error.what());
    for (const std::string& place : error.places()) failure.at(place);
    throw failure;
  }
}

}  // namespace script
