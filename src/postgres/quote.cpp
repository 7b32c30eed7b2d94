// Quoting by libpq, on a connection that leads nowhere.
#include "postgres/quote.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>

#include "base/error.hpp"
#include "base/text.hpp"

namespace postgres {

namespace {

using base::Error;

/// NAMEDATALEN - 1: PostgreSQL cuts longer names without an error.
constexpr std::size_t max_identifier_bytes = 63;

/// libpq's escape functions need a PGconn and no server. This one fails at its settings, so its encoding is SQL_ASCII
/// (bytes go through as they are; in UTF-8 no byte of a longer character looks like a quote) and backslashes are always
/// written for E''.
struct Escaper {
  struct Close {
    void operator()(PGconn* open) const { PQfinish(open); }
  };
  struct Free {
    void operator()(char* text) const { PQfreemem(text); }
  };
  std::mutex mutex;
  std::unique_ptr<PGconn, Close> connection{PQconnectStart("no-server")};

  Escaper() {
    if (!connection) throw std::bad_alloc();
  }

  std::string escape(char* (*function)(PGconn*, const char*, std::size_t), std::string_view text) {
    const std::lock_guard lock(mutex);
    const std::unique_ptr<char, Free> escaped(function(connection.get(), text.data(), text.size()));
    if (!escaped && std::string_view(PQerrorMessage(connection.get())).find("out of memory") != std::string_view::npos)
      throw std::bad_alloc();
    if (!escaped) throw Error(base::code::bug, "libpq cannot quote a text").because(PQerrorMessage(connection.get()));
    return escaped.get();
  }
};

Escaper& escaper() {
  static Escaper one;
  return one;
}

/// Every keyword of PostgreSQL 13 to 18 that is not "unreserved" (pg_get_keywords(), catcode other than U), sorted.
// clang-format off
constexpr std::string_view keywords[] = {
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between",
    "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character", "check", "coalesce", "collate",
    "collation", "column", "concurrently", "constraint", "create", "cross", "current_catalog", "current_date",
    "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "dec", "decimal",
    "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists", "extract", "false", "fetch",
    "float", "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping", "having", "ilike",
    "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is", "isnull", "join",
    "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg", "json_query",
    "json_scalar", "json_serialize", "json_table", "json_value", "lateral", "leading", "least", "left", "like",
    "limit", "localtime", "localtimestamp", "merge_action", "national", "natural", "nchar", "none", "normalize",
    "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order", "out", "outer", "overlaps",
    "overlay", "placing", "position", "precision", "primary", "real", "references", "returning", "right", "row",
    "select", "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric", "system_user",
    "table", "tablesample", "then", "time", "timestamp", "to", "trailing", "treat", "trim", "true", "union", "unique",
    "user", "using", "values", "varchar", "variadic", "verbose", "when", "where", "window", "with", "xmlattributes",
    "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable"
};
// clang-format on

bool needs_quotes(std::string_view name) {
  const auto is_start = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  if (!is_start(name.front())) return true;
  if (!std::all_of(name.begin(), name.end(), [&](char c) { return is_start(c) || (c >= '0' && c <= '9'); }))
    return true;
  return std::binary_search(std::begin(keywords), std::end(keywords), name);
}

void check_identifier(std::string_view name) {
  const auto refuse = [&](std::string reason) {
    std::string shown(name.substr(0, name.find('\0')));
    if (!base::is_valid_utf8(shown)) shown = "?";
    return Error(base::code::bad_identifier, "\"" + shown + "\" cannot be the name of a database object")
        .because(std::move(reason));
  };
  if (name.empty()) throw refuse("it is empty");
  if (name.find('\0') != std::string_view::npos) throw refuse("it has a zero byte");
  if (!base::is_valid_utf8(name)) throw refuse("it is not valid UTF-8");
  if (name.size() > max_identifier_bytes)
    throw refuse("it has " + std::to_string(name.size()) +
                 " bytes, and PostgreSQL cuts names after 63 without an error")
        .advise("choose a name of at most 63 bytes");
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  check_identifier(name);
  return escaper().escape(PQescapeIdentifier, name);
}

std::string format_identifier(std::string_view name) {
  check_identifier(name);
  return needs_quotes(name) ? escaper().escape(PQescapeIdentifier, name) : std::string(name);
}

std::string quote_qualified(std::string_view schema, std::string_view name) {
  return schema.empty() ? quote_identifier(name) : quote_identifier(schema) + "." + quote_identifier(name);
}

std::string quote_literal(std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    throw Error(base::code::bad_argument, "a text with a zero byte cannot be written in SQL")
        .because("PostgreSQL's text has no zero byte")
        .advise("use bytea");
  if (!base::is_valid_utf8(text))
    throw Error(base::code::bad_argument, "a text that is not valid UTF-8 cannot be written in SQL")
        .advise("use bytea, or convert it to UTF-8");
  return escaper().escape(PQescapeLiteral, text);
}

}  // namespace postgres
