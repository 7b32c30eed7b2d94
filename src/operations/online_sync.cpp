// One block of PL/pgSQL for each column. Values are compared byte by byte: 1.0 and 1.00 are equal, and not the same.
#include "operations/online_sync.hpp"

#include "operations/sql.hpp"

namespace operations {

namespace {

/// `expression` over a row that is called like the table.
std::string value_sql(const TwinColumn& column, const std::string& expression, const std::string& row) {
  return fmt::format("(SELECT {} FROM (SELECT {}) AS {})", expression, row, quote_identifier(column.table_name));
}

std::string changed_sql(const std::string& name) {
  return fmt::format("pg_catalog.record_image_ne(ROW(NEW.{0}), ROW(OLD.{0}))", name);
}

/// The new column follows. What a backfill has written is left alone.
std::string forward_block(const TwinColumn& column, const std::string& name, const std::string& twin) {
  const std::string assign = fmt::format("    NEW.{} := {};\n", twin, value_sql(column, column.first, "NEW.*"));
  return fmt::format("  IF TG_OP = 'INSERT' THEN\n{0}  ELSIF {1} OR NEW.{2} IS NULL THEN\n{0}  END IF;\n", assign,
                     changed_sql(name), twin);
}

/// Whichever was written leads; the one with the column's name where both were.
std::string both_ways_block(const TwinColumn& column, const std::string& name, const std::string& twin) {
  const auto back = [&](const std::string& proposal) {
    return fmt::format(
        "    NEW.{} := {};\n", twin,
        value_sql(column, column.back, fmt::format("NEW.{0} AS {0}, {1} AS waxwing_proposal", name, proposal)));
  };
  const std::string again = fmt::format("    NEW.{} := {};\n", name,
                                        value_sql(column, column.again, fmt::format("NEW.{} AS {}", twin, name)));
  return fmt::format(
      "  IF TG_OP = 'INSERT' THEN\n    IF NEW.{0} IS NULL AND NEW.{1} IS NOT NULL THEN\n  {2}    ELSE\n  {3}    END "
      "IF;\n"
      "  ELSIF {4} THEN\n{5}  ELSIF {6} THEN\n{2}  END IF;\n",
      name, twin, again, back("NEW." + twin), changed_sql(name), back("NULL"), changed_sql(twin));
}

/// As above, without a value to compute: each name is written by applications that know only this one.
std::string both_names_block(const TwinColumn& column, const std::string& name, const std::string& twin) {
  const std::string follow = fmt::format("    NEW.{} := NEW.{};\n", twin, name),
                    lead = fmt::format("    NEW.{} := NEW.{};\n", name, twin);
  return fmt::format(
      "  IF TG_OP = 'INSERT' THEN\n    IF {0} THEN\n  {1}    ELSE\n  {2}    END IF;\n  ELSIF {3} THEN\n{1}  ELSIF {4} "
      "THEN\n{2}  END IF;\n",
      column.new_name_leads, follow, lead, changed_sql(name), changed_sql(twin));
}

}  // namespace

std::string sync_function_sql(const OnlineChange& change, const TwinColumn& of_table, int stage) {
  std::string body = "#variable_conflict use_column\nBEGIN\n";
  for (const TwinColumn* each : change.columns_of(of_table.table_oid)) {
    if (each->stage > stage) continue;
    const std::string name = quote_identifier(change.own_name(*each)), twin = quote_identifier(change.twin_name(*each));
    body += !change.is_swapped     ? forward_block(*each, name, twin)
            : change.is_renaming() ? both_names_block(*each, name, twin)
                                   : both_ways_block(*each, name, twin);
  }
  // Whoever writes the table need not be allowed what the expressions need.
  return fmt::format(
      "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
      "AS {}",
      change.function(of_table), quote_literal(body + "  RETURN NEW;\nEND"));
}

TwinFill fill_of(const OnlineChange& change, const std::string& table_oid, int stage) {
  std::vector<std::string> set, where;
  for (const TwinColumn* each : change.columns_of(table_oid)) {
    if (each->stage != stage) continue;
    const std::string twin = quote_identifier(change.twin(each->name));
    set.push_back(fmt::format("{} = ({})", twin, each->first));
    where.push_back(fmt::format("({} IS NULL AND {})", twin, each->present));
  }
  return {base::join(set, ", "), base::join(where, " OR ")};
}

}  // namespace operations
