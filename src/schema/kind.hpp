// A kind of object as the snapshot reads it: where its facts stand in the catalogue, and what is said of each.
#pragma once
#include <vector>

namespace schema {

/// Something said of an object: its name, and the SQL expression (of type text, NULL for "nothing") that reads it.
struct AttributeType {
  const char* name;
  const char* sql;
  /// The first server version that has it, and the first that has it no more; older and newer servers answer NULL.
  int since = 0, until = 0;
  /// Follows from the other attributes: kept for readers, not compared.
  bool is_derived = false;
};

/// All SQL is read with search_path = pg_catalog, pg_temp, so it names the catalogue without its schema, and
/// PostgreSQL's own deparse functions qualify everything that is not its own. It may use these common table
/// expressions of snapshot.cpp: `space` (schemas to look into), `member` (objects of extensions) and `relation`
/// (pg_class without both).
struct Kind {
  /// "materialized view", as PostgreSQL calls it.
  const char* name;
  /// The catalogue, and SQL for the object's oid and sub-object number: its address in pg_depend and pg_description.
  const char* catalogue = nullptr;
  const char* oid = nullptr;
  const char* sub = "0";
  /// The object it belongs to, which must be read before it; a fact whose parent is not in the snapshot is left out.
  const char* parent_catalogue = nullptr;
  const char* parent = nullptr;
  const char* parent_sub = "0";
  /// The namespace that qualifies its name, where that is not the parent.
  const char* scope = nullptr;
  /// Its own name as SQL writes it.
  const char* own_name = nullptr;
  const char* from = nullptr;
  std::vector<AttributeType> attributes = {};
  int since = 0;
  /// SQL: is the object only there for its children to be named by?
  const char* is_hidden = "false";
  /// Says something about its parent and has no place of its own: "table public.books to app".
  bool is_about_parent = false;
  /// The order of the facts among their siblings matters.
  bool is_ordered = false;
};

/// Every kind, parents first. The explicit list is kinds.cpp.
const std::vector<const Kind*>& all_kinds();
const Kind* find_kind(const char* name);

/// `NOT EXISTS (... an extension's object ...)`, for the WHERE of a kind.
#define WAXWING_NO_MEMBER(catalogue, oid) \
  "NOT EXISTS (SELECT FROM member WHERE member.classid = '" catalogue "'::regclass AND member.objid = " oid ")"
/// An array as a JSON list, sorted; NULL for an empty or missing one.
#define WAXWING_LIST(array) "(SELECT json_agg(item ORDER BY item COLLATE \"C\")::text FROM unnest(" array ") item)"

}  // namespace schema
