// The field list of a table that a script writes: how each key is read, checked, written back and explained.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "operations/operation.hpp"

namespace operations {

/// Where a value stands, for messages: `op.create_table: columns[2].type`.
struct Place {
  std::string operation;
  std::string path{};

  Place key(std::string_view name) const;
  /// Counted from 1, as Lua does.
  Place entry(std::size_t index) const;
  /// Throws code::bad_argument: "op.x: path: problem", with the help command as advice.
  [[noreturn]] void fail(std::string_view problem) const;
  [[noreturn]] void expected(std::string_view wanted, const base::Value& got) const;
};

/// Text that goes into a statement as SQL: `now()`, `'draft'`, `price * 2`. Numbers, booleans and db.null become
/// literals.
struct Expression {
  std::string sql{};
};

/// One key: what help says of it, and how it gets into the struct and back. Objects are passed without their type, so
/// that reading and writing a list of fields is compiled once.
struct Field {
  FieldInfo info;
  /// The only words allowed, in lower case; empty for no such limit.
  std::vector<std::string> choices{};
  std::function<void(void* object, const base::Value& value, const Place& place)> read{};
  std::function<base::Value(const void* object)> write{};
};

class FieldList {
 public:
  /// Throws code::bad_argument for an unknown key, a missing key or a wrong type, each named by its path.
  void read(void* object, const base::Value& table, const Place& place) const;
  /// The keys whose value differs from that in `defaults`, in the order of the list.
  base::Map write(const void* object, const void* defaults) const;
  std::vector<FieldInfo> infos() const;
  const std::vector<Field>& fields() const { return fields_; }

 protected:
  std::vector<Field> fields_;
};

template <class Struct>
class Fields;

/// A struct that has a field list of its own, such as a column of create_table. It may also have `from_text` and
/// `as_text` (a shorter form: the text alone), `from_names` (a list of names) and `problem` (what is wrong with the
/// whole, or nothing).
template <class T>
concept Nested = requires {
  { T::fields() } -> std::convertible_to<const FieldList&>;
};

std::vector<std::string> read_names(const base::List& list, const Place& place);

/// How a C++ type is read from and written to a Value.
template <class T>
struct FieldType;

template <>
struct FieldType<std::string> {
  static std::string lua_type() { return "string"; }
  static std::string read(const base::Value& value, const Place& place);
  static base::Value write(const std::string& text) { return text; }
};

template <>
struct FieldType<bool> {
  static std::string lua_type() { return "boolean"; }
  static bool read(const base::Value& value, const Place& place);
  static base::Value write(bool yes) { return yes; }
};

template <>
struct FieldType<std::int64_t> {
  static std::string lua_type() { return "integer"; }
  static std::int64_t read(const base::Value& value, const Place& place);
  static base::Value write(std::int64_t number) { return number; }
};

template <>
struct FieldType<Expression> {
  static std::string lua_type() { return "string|number|boolean"; }
  static Expression read(const base::Value& value, const Place& place);
  static base::Value write(const Expression& expression) { return expression.sql; }
};

template <>
struct FieldType<base::Value> {
  static std::string lua_type() { return "any"; }
  static base::Value read(const base::Value& value, const Place&) { return value; }
  static base::Value write(const base::Value& value) { return value; }
};

template <>
struct FieldType<base::Map> {
  static std::string lua_type() { return "table<string, any>"; }
  static base::Map read(const base::Value& value, const Place& place);
  static base::Value write(const base::Map& map) { return map.empty() ? base::Value() : base::Value(map); }
};

template <class T>
struct FieldType<std::optional<T>> {
  static std::string lua_type() { return FieldType<T>::lua_type(); }
  static std::optional<T> read(const base::Value& value, const Place& place) {
    return FieldType<T>::read(value, place);
  }
  static base::Value write(const std::optional<T>& value) {
    if (!value) return {};
    base::Value written = FieldType<T>::write(*value);
    return written.is_nil() ? base::Value(base::List()) : written;  // given, and empty
  }
};

/// Three states: not given, `db.null` (take it away), a value.
template <class T>
struct FieldType<std::optional<std::optional<T>>> {
  using Type = std::optional<std::optional<T>>;
  static std::string lua_type() { return FieldType<T>::lua_type() + "|db.null"; }
  static Type read(const base::Value& value, const Place& place) {
    if (value.is_sql_null()) return std::optional<T>();
    return std::optional<T>(FieldType<T>::read(value, place));
  }
  static base::Value write(const Type& value) {
    if (!value) return {};
    return *value ? FieldType<T>::write(**value) : base::Value(base::SqlNull());
  }
};

template <class T>
requires Nested<T>
struct FieldType<T> {
  static std::string lua_type() {
    std::string type = T::lua_class;
    if constexpr (requires { T::from_names(std::vector<std::string>()); }) type = "string[]|" + type;
    if constexpr (requires { T::from_text(std::string()); }) type = "string|" + type;
    return type;
  }
  static T read(const base::Value& value, const Place& place) {
    T object;
    if constexpr (requires { T::from_text(std::string()); }) {
      if (const auto* text = value.get_if<std::string>()) return T::from_text(*text);
    }
    if constexpr (requires { T::from_names(std::vector<std::string>()); }) {
      const auto* list = value.get_if<base::List>();
      if (list && !list->empty()) return T::from_names(read_names(*list, place));
    }
    T::fields().read(&object, value, place);
    if constexpr (requires { object.problem(); })
      if (const std::string problem = object.problem(); !problem.empty()) place.fail(problem);
    return object;
  }
  static base::Value write(const T& object) {
    if constexpr (requires { object.as_text(); }) {
      if (const std::optional<std::string> text = object.as_text()) return *text;
    }
    static const T defaults;
    base::Map map = T::fields().write(&object, &defaults);
    return map.empty() ? base::Value() : base::Value(std::move(map));
  }
};

template <class T>
inline constexpr bool reads_text = std::is_same_v<T, std::string> || requires {
  T::from_text(std::string());
};

/// A list; where the entries can be written as text, one text alone is a list of one.
template <class T>
struct FieldType<std::vector<T>> {
  static std::string lua_type() {
    const std::string one = FieldType<T>::lua_type();
    if constexpr (std::is_same_v<T, std::string>) return "string|string[]";
    if constexpr (reads_text<T>) return "string|(" + one + ")[]";
    if (one.find('|') != std::string::npos) return "(" + one + ")[]";
    return one + "[]";
  }
  static std::vector<T> read(const base::Value& value, const Place& place) {
    if (reads_text<T> && value.get_if<std::string>()) return {FieldType<T>::read(value, place)};
    const base::Map* map = value.get_if<base::Map>();
    const base::List* list = value.get_if<base::List>();
    if (map && map->empty()) return {};
    if (!list) place.expected("list", value);
    std::vector<T> result;
    for (std::size_t i = 0; i < list->size(); ++i) result.push_back(FieldType<T>::read((*list)[i], place.entry(i + 1)));
    return result;
  }
  static base::Value write(const std::vector<T>& values) {
    if (values.empty()) return {};
    base::List list;
    for (const T& each : values) list.push_back(FieldType<T>::write(each));
    return list;
  }
};

template <class T>
struct NestedIn {
  static const FieldList* fields() {
    if constexpr (Nested<T>)
      return &T::fields();
    else
      return nullptr;
  }
};
template <class T>
struct NestedIn<std::optional<T>> : NestedIn<T> {};
template <class T>
struct NestedIn<std::vector<T>> : NestedIn<T> {};

/// The field list of `Struct`, written as a chain: `.required("table", &AddColumn::table, "Table to alter.")`.
template <class Struct>
class Fields : public FieldList {
 public:
  template <class Member>
  Fields& required(std::string name, Member Struct::*member, std::string doc) {
    return add(std::move(name), member, std::move(doc), true);
  }
  template <class Member>
  Fields& optional(std::string name, Member Struct::*member, std::string doc) {
    return add(std::move(name), member, std::move(doc), false);
  }
  /// Limits the last field (or each of its entries) to these words.
  Fields& one_of(std::vector<std::string> words);
  /// Takes in the fields of a part, so that its keys stand beside the others.
  template <class Part>
  Fields& include(Part Struct::*part) {
    for (Field field : Part::fields().fields()) {
      auto read = std::move(field.read);
      auto write = std::move(field.write);
      field.read = [part, read](void* object, const base::Value& value, const Place& place) {
        read(&(static_cast<Struct*>(object)->*part), value, place);
      };
      field.write = [part, write](const void* object) { return write(&(static_cast<const Struct*>(object)->*part)); };
      fields_.push_back(std::move(field));
    }
    return *this;
  }
  /// The last field is a file, relative to the project's folder.
  Fields& path() { return fields_.back().info.is_path = true, *this; }

 private:
  template <class Member>
  Fields& add(std::string name, Member Struct::*member, std::string doc, bool required) {
    Field field{{std::move(name), FieldType<Member>::lua_type(), std::move(doc), required, {}}};
    if (const FieldList* nested = NestedIn<Member>::fields()) field.info.nested = nested->infos();
    field.read = [member](void* object, const base::Value& value, const Place& place) {
      static_cast<Struct*>(object)->*member = FieldType<Member>::read(value, place);
    };
    field.write = [member](const void* object) {
      return FieldType<Member>::write(static_cast<const Struct*>(object)->*member);
    };
    fields_.push_back(std::move(field));
    return *this;
  }
};

/// `"a"|"b"`: the LuaCATS type of a choice.
std::string union_of(const std::vector<std::string>& words);

template <class Struct>
Fields<Struct>& Fields<Struct>::one_of(std::vector<std::string> words) {
  Field& field = fields_.back();
  const bool list = field.info.lua_type.ends_with("[]");
  field.info.lua_type = list ? union_of(words) + "|(" + union_of(words) + ")[]" : union_of(words);
  field.choices = std::move(words);
  return *this;
}

}  // namespace operations
