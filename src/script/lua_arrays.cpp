// The array literal syntax (PostgreSQL documentation 8.15.6).
#include "script/lua_arrays.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "script/lua_values.hpp"

namespace script {

using base::Error;
namespace code = base::code;

namespace {

class ArrayReader {
 public:
  ArrayReader(lua_State* lua, std::string_view text, std::uint32_t element)
      : lua_(lua), text_(text), element_(element) {}

  void read() {
    // Bounds that do not start at 1 are written in front: [0:1]={...}.
    if (text_.starts_with('[')) at_ = text_.find('=') + 1;
    read_list();
  }

 private:
  void read_list() {
    luaL_checkstack(lua_, 4, "array");
    lua_newtable(lua_);
    ++at_;
    for (int position = 1; at_ < text_.size() && text_[at_] != '}'; ++position) {
      read_element();
      lua_rawseti(lua_, -2, position);
      if (at_ < text_.size() && text_[at_] == ',') ++at_;
    }
    ++at_;
  }

  void read_element() {
    if (text_[at_] == '{') return read_list();
    std::string element;
    const bool quoted = text_[at_] == '"';
    if (quoted) ++at_;
    while (at_ < text_.size() && (quoted ? text_[at_] != '"' : text_[at_] != ',' && text_[at_] != '}')) {
      if (text_[at_] == '\\') ++at_;
      element += text_[at_++];
    }
    if (quoted) ++at_;
    if (!quoted && element == "NULL")
      push_null(lua_);
    else
      push_text(lua_, element, element_);
  }

  lua_State* lua_;
  std::string_view text_;
  std::uint32_t element_;
  std::size_t at_ = 0;
};

void append_element(std::string& out, const base::Value& value) {
  if (value.is_nil() || value.is_sql_null()) {
    out += "NULL";
  } else if (const bool* yes = value.get_if<bool>()) {
    out += *yes ? "true" : "false";
  } else if (const std::int64_t* integer = value.get_if<std::int64_t>()) {
    out += std::to_string(*integer);
  } else if (const double* number = value.get_if<double>()) {
    out += number_text(*number);
  } else if (const std::string* text = value.get_if<std::string>()) {
    out += '"' + base::replace_all(base::replace_all(*text, "\\", "\\\\"), "\"", "\\\"") + '"';
  } else {
    out += array_literal(value);
  }
}

}  // namespace

std::uint32_t array_element_type(std::uint32_t type) {
  static constexpr std::uint32_t pairs[][2] = {{1000, 16},   {1001, 17},   {1005, 21},   {1007, 23},   {1016, 20},
                                               {1009, 25},   {1015, 1043}, {1014, 1042}, {1002, 18},   {1003, 19},
                                               {1021, 700},  {1022, 701},  {1231, 1700}, {2951, 2950}, {1115, 1114},
                                               {1182, 1082}, {1183, 1083}, {1185, 1184}, {1028, 26},   {199, 114},
                                               {3807, 3802}, {1041, 869},  {1187, 1186}, {651, 650},   {791, 790}};
  for (const auto& [array, element] : pairs)
    if (array == type) return element;
  return 0;
}

void push_array(lua_State* lua, std::string_view text, std::uint32_t element_type) {
  ArrayReader(lua, text, element_type).read();
}

std::string array_literal(const base::Value& value) {
  const base::List* list = value.get_if<base::List>();
  if (!list)
    throw Error(code::bad_argument, "a table with named keys cannot be a parameter")
        .advise("json.encode(value) makes it JSON; a list becomes an array");
  std::string out = "{";
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (i) out += ',';
    append_element(out, (*list)[i]);
  }
  return out + "}";
}

}  // namespace script
