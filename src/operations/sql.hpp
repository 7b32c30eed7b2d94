// Pieces of SQL that many operations are made of.
#pragma once
#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "base/value.hpp"
#include "operations/fields.hpp"
#include "postgres/quote.hpp"

namespace operations {

using postgres::quote_identifier;
using postgres::quote_qualified;

/// libpq's literal, `'it''s'` or `E'a\\\\b'`, without a blank before the E.
inline std::string quote_literal(std::string_view text) {
  return std::string(base::trim(postgres::quote_literal(text)));
}
/// `"a", "b"`
std::string quoted_list(const std::vector<std::string>& names);
/// `{"a","b"}`, as an array parameter is written.
std::string array_text(const std::vector<std::string>& items);
/// Role names; `public`, `current_user`, `session_user` and `current_role` are PostgreSQL's own words.
std::string role_list(const std::vector<std::string>& roles);
/// The word with a blank before it, where it applies.
inline std::string when(bool applies, std::string_view word) {
  return applies ? " " + std::string(word) : std::string();
}
inline std::string if_exists_sql(bool applies) { return when(applies, "IF EXISTS"); }
inline std::string if_not_exists_sql(bool applies) { return when(applies, "IF NOT EXISTS"); }
inline std::string cascade_sql(bool applies) { return when(applies, "CASCADE"); }
/// ` DEFERRABLE INITIALLY DEFERRED`, as far as it was asked for.
std::string deferral(bool deferrable, bool initially_deferred);
/// `(fillfactor=70)` with a leading ` WITH `; nothing for an empty table.
std::string storage_parameters(const base::Map& parameters);
/// `COMMENT ON <object> IS 'text'`; without text, `IS NULL`.
std::string comment_on(std::string_view object, const std::optional<std::string>& text);
/// A literal for a value of the script; lists become arrays, tables JSON.
std::string value_literal(const base::Value& value);

/// A query or statement as it is sent: without the blanks around it and the final semicolon.
std::string query_text(std::string_view sql);
/// `"app"."double"(integer)`; without arguments the bare name.
std::string routine_name(const std::string& schema, const std::string& name,
                         const std::optional<std::vector<std::string>>& arguments);
/// A trigger, or one of PostgreSQL's words `ALL` and `USER`.
std::string trigger_name(const std::string& name);

/// `"app.orders"` or `"orders"` with the quotes, for people.
std::string shown(std::string_view schema, std::string_view name);
/// `orders(a, b)`
std::string shown_columns(const std::vector<std::string>& columns);

/// The name that an index has when none is given: `ix_<table>_<columns>`. A name over 63 bytes is cut and ends in a
/// piece of its hash, so that it stays the same and stays apart from its neighbours.
std::string index_name(std::string_view table, const std::vector<std::string>& columns);

inline constexpr const char* schema_doc = "Schema; the first of the search_path that fits when left out.";

}  // namespace operations
