// The tables whose rows a fix may change, and the triggers that keep each of these rows as it was.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace migrate {

struct CapturedColumn {
  std::string name;
  /// As SQL writes it, with its schema.
  std::string type;
  /// One of PostgreSQL's own types, which nobody drops or alters. A value of another one is kept as text, so that the
  /// kept rows are in no migration's way.
  bool is_own_type = true;
  /// GENERATED ALWAYS AS (...) STORED: computed, never written.
  bool is_generated = false;
  /// GENERATED ALWAYS AS IDENTITY: written by INSERT ... OVERRIDING SYSTEM VALUE only.
  bool is_identity = false;
};

/// A table with its partitions, or one alone; its rows are kept under one number.
struct CapturedTable {
  int number = 0;
  /// OIDs as text; of the table itself and of all that triggers are made on.
  std::string oid;
  std::string schema, name;
  std::vector<CapturedColumn> columns;
  /// Columns that tell rows apart: the primary key, or what identify_by says; empty without either.
  std::vector<std::string> identity;
  /// `OPERATOR(pg_catalog.=)` for each column of a primary key; empty for identify_by, whose values may be NULL.
  std::vector<std::string> equals;
  struct Member {
    std::string oid, schema, name;
  };
  std::vector<Member> members;
  /// A member of an inheritance tree: its parents' statements see only their own columns, so each row has a trigger.
  bool by_row = false;
  bool is_partitioned = false;

  std::string qualified() const;
  /// "schema.name", without the schema public.
  std::string shown() const;
  /// `r."a", r."mood"::text`, all columns as they are kept.
  std::string kept_sql() const;
};

/// The tables `oids`, their partitions, and what foreign keys change along (ON DELETE or ON UPDATE CASCADE, SET NULL,
/// SET DEFAULT), all of them again. In a transaction. `identify_by` has columns by OID. Throws code::fix_cannot_capture
/// for views and foreign tables.
std::vector<CapturedTable> read_captured_tables(postgres::Session& session, const std::vector<std::string>& oids,
                                                const std::map<std::string, std::vector<std::string>>& identify_by);

/// CREATE TABLE for the rows of each table, named by `rows_table`, and CREATE TRIGGER on every member. Takes SHARE ROW
/// EXCLUSIVE: others read on, and wait with their writes.
std::string capture_sql(const std::vector<CapturedTable>& tables, const std::string& ledger_schema,
                        const std::function<std::string(int number)>& rows_table);
/// DROP TRIGGER on every member. Takes ACCESS EXCLUSIVE, so it comes with COMMIT.
std::string release_sql(const std::vector<CapturedTable>& tables);

}  // namespace migrate
