// The options that create_sequence and alter_sequence share.
#include "operations/sequence_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

const Fields<SequenceOwner>& SequenceOwner::fields() {
  static const auto list = Fields<SequenceOwner>()
                               .required("table", &SequenceOwner::table, "Table.")
                               .required("column", &SequenceOwner::column, "Column.")
                               .optional("schema", &SequenceOwner::schema, "Schema of the table.");
  return list;
}

const Fields<SequenceOptions>& SequenceOptions::fields() {
  using Self = SequenceOptions;
  static const auto list =
      Fields<Self>()
          .optional("type", &Self::type, "Type of its values; bigint when left out.")
          .one_of({"smallint", "integer", "bigint"})
          .optional("start", &Self::start, "First value.")
          .optional("increment", &Self::increment, "Step; negative counts down.")
          .optional("min_value", &Self::min_value, "Lowest value; db.null for the type's own limit.")
          .optional("max_value", &Self::max_value, "Highest value; db.null for the type's own limit.")
          .optional("cache", &Self::cache, "Values that a session takes at once.")
          .optional("cycle", &Self::cycle, "Starts again at the end.")
          .optional("owned_by", &Self::owned_by, "Column that it is dropped with; db.null for none.");
  return list;
}

std::string to_sql(const SequenceOptions& options) {
  std::string sql;
  if (!options.type.empty()) sql += " AS " + options.type;
  if (options.increment) sql += fmt::format(" INCREMENT BY {}", *options.increment);
  const auto limit = [&sql](const auto& value, const char* word) {
    if (value) sql += *value ? fmt::format(" {} {}", word, **value) : fmt::format(" NO {}", word);
  };
  limit(options.min_value, "MINVALUE");
  limit(options.max_value, "MAXVALUE");
  if (options.start) sql += fmt::format(" START WITH {}", *options.start);
  if (options.cache) sql += fmt::format(" CACHE {}", *options.cache);
  if (options.cycle) sql += *options.cycle ? " CYCLE" : " NO CYCLE";
  if (options.owned_by) {
    const auto& owner = *options.owned_by;
    sql += " OWNED BY " + (owner ? quote_qualified(owner->schema, owner->table) + "." + quote_identifier(owner->column)
                                 : std::string("NONE"));
  }
  return sql;
}

}  // namespace operations
