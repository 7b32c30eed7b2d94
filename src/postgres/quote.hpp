// Quoting of names and values, always by libpq.
#pragma once
#include <string>
#include <string_view>

namespace postgres {

/// `"Name"`. Throws code::bad_identifier when empty, over 63 bytes, with a zero byte or not UTF-8.
std::string quote_identifier(std::string_view name);
/// `name` where PostgreSQL reads it back unchanged without quotes (lower case, no reserved word), else quoted; as
/// format('%I') does.
std::string format_identifier(std::string_view name);
/// `"schema"."name"`, or `"name"` when `schema` is empty.
std::string quote_qualified(std::string_view schema, std::string_view name);
/// `'it''s'`; ` E'a\\b'` when there are backslashes. Throws code::bad_argument on a zero byte and on what is not UTF-8.
std::string quote_literal(std::string_view text);

}  // namespace postgres
