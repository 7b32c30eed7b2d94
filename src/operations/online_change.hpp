// A change of columns beside which others go on reading and writing: each column gets a twin that triggers keep in
// step. Until the change is contracted both are there, and it can be aborted.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "postgres/session.hpp"

namespace operations {

/// A column, under the name that applications know. Of it and its twin one has the old type, one the new.
struct TwinColumn {
  std::string table_oid;
  /// As SQL writes it, schema included; and both parts without quotes.
  std::string table, schema_name, table_name;
  std::string name, old_type, new_type;
  /// The new value of the old, and the old of the new: SQL over a row that has the value under the column's name.
  /// `first` is what makes a new value for a row of the table; it may use all of it.
  std::string first, again, back;
  /// Condition of the rows that get a new value.
  std::string present;
  /// Default of the new column; empty for none.
  std::string default_sql;
  /// Its default is a sequence, which goes to whichever of both has the column's name.
  bool moves_sequence = false;
  /// Of a column that is renamed: when it is true of an inserted row, the new name was written, else the old one.
  std::string new_name_leads{};
  /// Columns of a lower stage are filled before the triggers of a higher one exist.
  int stage = 0;
  bool operator==(const TwinColumn&) const = default;
};

/// The whole of it. Kept as the comment of a trigger function, so that it goes wherever the tables go.
struct OnlineChange {
  /// The column that the change is named after.
  std::string schema, table, column;
  /// The columns with the new types have the names that applications use.
  bool is_swapped = false;
  std::vector<TwinColumn> columns;
  /// Statements that go with the swap, and those that end the change on either way.
  std::vector<std::string> on_swap, on_contract, on_abort;
  /// The new name, where a column changes its name and not its type. Then the swap gives the old name to the twin, and
  /// all that stands on the column stays there.
  std::string renamed_to{};

  bool is_renaming() const { return !renamed_to.empty(); }
  /// The name of a thing's twin: `id__new` before the swap, `id__old` after. Long names are cut and hashed.
  std::string twin(const std::string& name) const { return twin_after(name, is_swapped); }
  static std::string twin_after(const std::string& name, bool is_swapped);
  /// The names that a column and its twin have now.
  std::string own_name(const TwinColumn& of) const;
  std::string twin_name(const TwinColumn& of) const;
  /// Name of the triggers. It sorts behind those of the tables' owner, so that it sees what they leave.
  std::string trigger() const;
  /// Quoted name of the function that keeps the twins of one table in step.
  std::string function(const TwinColumn& of_table) const;
  /// Once each, as SQL writes them, by name.
  std::vector<std::string> tables() const;
  /// The first column of each table.
  std::vector<const TwinColumn*> table_columns() const;
  std::vector<const TwinColumn*> columns_of(const std::string& table_oid) const;
  const TwinColumn* find(const std::string& table_oid, const std::string& name) const;
  /// "public.users.id"
  std::string shown() const;

  std::string to_comment() const;
  static OnlineChange from_comment(const std::string& comment);
};

/// The change that is under way on this column, or nothing. `table` is quoted; a renamed column has either name.
std::optional<OnlineChange> find_online_change(postgres::Session& session, const std::string& table,
                                               const std::string& column);
/// The changes of primary keys that are under way in a schema; of the first of the search_path when it is empty.
std::vector<OnlineChange> find_key_changes(postgres::Session& session, const std::string& schema);
/// Throws code::online_change_under_way when one of these tables is part of one. Tables by OID.
void refuse_under_way(postgres::Session& session, const std::string& operation,
                      const std::vector<std::string>& table_oids);

}  // namespace operations
