// A value as configuration, scripts and operations see it: what a Lua table holds, without Lua.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace base {

class Value;
using List = std::vector<Value>;
/// Keeps insertion order; tables are small, so look-up is a scan.
using Map = std::vector<std::pair<std::string, Value>>;

/// Tells SQL NULL (`db.null` in Lua) from "nothing was given" (`nil`).
struct SqlNull {
  bool operator==(const SqlNull&) const = default;
};

class Value {
 public:
  using Variant = std::variant<std::monostate, SqlNull, bool, std::int64_t, double, std::string, List, Map>;

  Value() = default;
  template <class T>
  requires(std::is_constructible_v<Variant, T> && !std::is_same_v<std::remove_cvref_t<T>, Value>) Value(T&& value)
      : variant_(std::forward<T>(value)) {}                 // NOLINT(google-explicit-constructor)
  Value(const char* text) : variant_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Value(int number) : variant_(std::int64_t{number}) {}     // NOLINT(google-explicit-constructor)

  /// Made by the alternative: a std::variant of libstdc++ 12 whose copying runs out of memory is destroyed as if it
  /// held a value, because texts and vectors pass for alternatives that never leave it without one.
  Value(const Value& other) { *this = other; }
  Value& operator=(const Value& other) {
    std::visit([this](const auto& held) { variant_ = std::decay_t<decltype(held)>(held); }, other.variant_);
    return *this;
  }
  Value(Value&&) noexcept = default;
  Value& operator=(Value&&) noexcept = default;
  ~Value() = default;

  bool is_nil() const { return std::holds_alternative<std::monostate>(variant_); }
  bool is_sql_null() const { return std::holds_alternative<SqlNull>(variant_); }
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&variant_);
  }
  template <class T>
  T* get_if() {
    return std::get_if<T>(&variant_);
  }
  /// The entry `key` of a map; null when this is no map or has no such entry.
  const Value* find(std::string_view key) const;
  /// The entry `key` of a map where it is a text, a list or true; an empty text, an empty list or false otherwise.
  std::string text(std::string_view key) const;
  const List& list(std::string_view key) const;
  bool is_true(std::string_view key) const;
  /// "nil", "null", "boolean", "integer", "number", "string", "list" or "table", for error messages.
  std::string_view type_name() const;
  const Variant& variant() const { return variant_; }

  bool operator==(const Value&) const = default;

 private:
  Variant variant_;
};

}  // namespace base
