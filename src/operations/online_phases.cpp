// Long steps hold nobody up; those that could are short, and give up their turn when a lock is not given at once.
#include "operations/online_phases.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "operations/backfill.hpp"
#include "operations/key_change.hpp"
#include "operations/online_parts.hpp"
#include "operations/online_swap.hpp"
#include "operations/online_sync.hpp"
#include "operations/row_key.hpp"
#include "operations/sql.hpp"

namespace operations {

using postgres::Session;

namespace {

constexpr const char* exclusive = "ACCESS EXCLUSIVE";
/// Keeps writers out, but not readers.
constexpr const char* against_writers = "SHARE ROW EXCLUSIVE";

class Autocommit {
 public:
  explicit Autocommit(Session& session) : session_(session) { session_.begin_autocommit(); }
  ~Autocommit() { session_.end_autocommit(); }
  Autocommit(const Autocommit&) = delete;
  Autocommit& operator=(const Autocommit&) = delete;

 private:
  Session& session_;
};

/// Comment, privileges and statistics target of a column, for its twin.
constexpr const char* attributes_sql = R"sql(
WITH own AS (SELECT a.*, c.oid::regclass::text AS rel FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attrelid = $1::oid AND a.attname = $2::name)
SELECT format('COMMENT ON COLUMN %s.%I IS %L', rel, $3::text, col_description(attrelid, attnum)) FROM own WHERE col_description(attrelid, attnum) IS NOT NULL
UNION ALL SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', rel, $3::text, attstattarget) FROM own WHERE attstattarget >= 0
UNION ALL SELECT format('GRANT %s (%I) ON %s TO %s%s', e.privilege_type, $3::text, rel, CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
  CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) FROM own CROSS JOIN LATERAL aclexplode(own.attacl) e
)sql";

class Phases {
 public:
  Phases(Session& session, Notes& notes, OnlineChange change)
      : session_(session), notes_(notes), change_(std::move(change)) {}

  void expand(const std::string& operation, const std::function<OnlinePlan()>& plan) {
    std::vector<std::string> helpers;
    in_one_transaction(session_, [&] {
      OnlinePlan found = plan();
      change_ = std::move(found.change);
      helpers = std::move(found.helpers);
      std::vector<std::string> tables;
      for (const TwinColumn* each : change_.table_columns()) {
        tables.push_back(each->table_oid);
        RowKey::find(session_, each->schema_name, each->table_name, {});
      }
      refuse_under_way(session_, operation, tables);
      with_catalogue_path(session_, [&] {
        if (change_.is_renaming())
          refuse_not_renamed(session_, change_);
        else
          refuse_not_carried(session_, operation, change_);
        read_all_parts();
      });
    });
    autocommit_.emplace(session_);
    for (const TwinColumn& each : change_.columns)
      notes_.note(fmt::format("{} {}.{}: {} beside {}", operation, each.table, each.name,
                              change_.is_renaming() ? change_.renamed_to : each.new_type,
                              change_.is_renaming() ? each.name : each.old_type));
    make_twins(helpers);
    fill(0);
    fill(1);
    make_parts(true);
    swap_online(session_, change_);
    notes_.note(change_.is_renaming()
                    ? fmt::format("{} keeps the old name, \"{}\", until it is contracted", operation, change_.column)
                    : fmt::format("{} keeps the old columns as \"{}\" and the like until it is contracted", operation,
                                  change_.twin(change_.column)));
  }

  void contract() {
    autocommit_.emplace(session_);
    end(change_.on_contract);
    notes_.note(fmt::format("the change of {} is complete", change_.shown()));
  }

  void abort() {
    autocommit_.emplace(session_);
    if (change_.is_swapped) {
      // A column that was renamed has kept all that stands on it.
      if (!change_.is_renaming()) {
        in_one_transaction(session_, [&] { with_catalogue_path(session_, [&] { read_all_parts(); }); });
        make_parts(false);
      }
      swap_online(session_, change_);
    }
    end(change_.on_abort);
    notes_.note(fmt::format("{} is as it was, with all that was written since", change_.shown()));
  }

 private:
  void read_all_parts() {
    for (const TwinColumn* each : change_.table_columns()) parts_.push_back(read_parts(session_, change_, *each));
    if (!change_.is_renaming()) foreign_keys_ = read_foreign_keys(session_, change_);
  }

  std::string twin_sql(const TwinColumn& column) const { return quote_identifier(change_.twin_name(column)); }

  void make_twins(const std::vector<std::string>& helpers) {
    std::vector<std::string> adds;
    for (const TwinColumn& each : change_.columns)
      adds.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", each.table, twin_sql(each), each.new_type));
    under_short_lock(session_, base::join(adds, "; "), exclusive, change_.tables(), [&](Session& inside) {
      for (const std::string& each : helpers) inside.execute(each);
      for (const std::string& each : adds) inside.execute(each);
      for (const TwinColumn& each : change_.columns) {
        // With the column it would be a value for the rows that are there.
        if (!each.default_sql.empty())
          inside.execute(fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}", each.table, twin_sql(each),
                                     each.default_sql));
        postgres::Result attributes;
        with_catalogue_path(inside, [&] {
          attributes = inside.query(
              attributes_sql,
              {{each.table_oid}, {each.name, postgres::oid::text}, {change_.twin(each.name), postgres::oid::text}});
        });
        for (std::size_t i = 0; i < attributes.rows(); ++i) inside.execute(attributes.text(i, 0));
      }
      install_sync(inside, change_, 0);
    });
  }

  void fill(int stage) {
    std::vector<const TwinColumn*> tables;
    for (const TwinColumn* each : change_.table_columns())
      if (!fill_of(change_, each->table_oid, stage).set.empty()) tables.push_back(each);
    if (stage > 0 && !tables.empty()) {
      std::vector<std::string> names, triggers;
      for (const TwinColumn* each : tables) {
        names.push_back(each->table);
        triggers.push_back(
            fmt::format("CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION "
                        "{}()",
                        quote_identifier(change_.trigger()), each->table, change_.function(*each)));
      }
      under_short_lock(session_, base::join(triggers, "; "), against_writers, names,
                       [&](Session& inside) { install_sync(inside, change_, stage); });
    }
    for (const TwinColumn* each : tables) {
      const TwinFill fill = fill_of(change_, each->table_oid, stage);
      Backfill backfill;
      backfill.schema = each->schema_name;
      backfill.table = each->table_name;
      backfill.set = fill.set;
      backfill.where = fill.where;
      run_backfill(session_, backfill);
    }
  }

  /// What stands on the columns, on their twins. `with_way_back`: an index on the columns themselves for each primary
  /// key, since the key goes with the swap. Where a column is renamed, the twin is there to be read: it gets indexes,
  /// called as those of old columns are, and its values have passed all else under the other name.
  void make_parts(bool with_way_back) {
    const std::vector<const TwinColumn*> tables = change_.table_columns();
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (const IndexPart& each : parts_[i].indexes) {
        if (change_.is_renaming()) {
          make_index(*tables[i], each, OnlineChange::twin_after(each.name, true), each.tail);
          continue;
        }
        make_index(*tables[i], each, change_.twin(each.name), each.tail);
        if (each.is_primary && with_way_back)
          make_index(*tables[i], each, OnlineChange::twin_after(each.name, !change_.is_swapped), each.own_tail);
      }
      for (const CheckPart& each : parts_[i].checks)
        make_constraint(tables[i]->table, {tables[i]->table}, change_.twin(each.name),
                        base::replace_all(each.definition, " NOT VALID", "") + " NOT VALID", each.is_validated,
                        each.comment);
    }
    if (!change_.is_renaming())
      for (const TwinColumn& each : change_.columns) make_not_null(each);
    for (const ForeignKeyPart& each : foreign_keys_) {
      std::vector<std::string> both = {each.table};
      if (each.referenced != each.table) both.push_back(each.referenced);
      make_constraint(each.table, both, change_.twin(each.name), each.definition, each.is_validated, each.comment);
    }
    for (const TwinColumn* each : tables) {
      std::vector<std::string> twins;
      for (const TwinColumn* column : change_.columns_of(each->table_oid)) twins.push_back(twin_sql(*column));
      session_.execute(fmt::format("ANALYZE {} ({})", each->table, base::join(twins, ", ")));
    }
  }

  void make_index(const TwinColumn& of_table, const IndexPart& index, const std::string& name,
                  const std::string& tail) {
    if (has_index(session_, of_table, name)) return;
    session_.query(fmt::format("CREATE {}INDEX CONCURRENTLY {} ON {} {}", index.is_unique ? "UNIQUE " : "",
                               quote_identifier(name), of_table.table, tail));
    if (index.comment)
      session_.execute(fmt::format("COMMENT ON INDEX {} IS {}", quote_qualified(of_table.schema_name, name),
                                   quote_literal(*index.comment)));
  }

  void make_constraint(const std::string& table, const std::vector<std::string>& locked, const std::string& name,
                       const std::string& definition, bool is_validated, const std::optional<std::string>& comment) {
    if (!has_constraint(session_, table, name)) {
      const std::string add =
          fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", table, quote_identifier(name), definition);
      const bool is_check = locked.size() == 1 && definition.starts_with("CHECK");
      under_short_lock(session_, add, is_check ? exclusive : against_writers, locked, [&](Session& inside) {
        inside.execute(add);
        if (comment)
          inside.execute(fmt::format("COMMENT ON CONSTRAINT {} ON {} IS {}", quote_identifier(name), table,
                                     quote_literal(*comment)));
      });
    }
    if (is_validated)
      session_.execute(fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {}", table, quote_identifier(name)));
  }

  /// With a valid check SET NOT NULL does not read the table.
  void make_not_null(const TwinColumn& column) {
    const postgres::Result found = session_.query(
        "SELECT a.attnotnull AND NOT t.attnotnull FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_attribute t ON "
        "t.attrelid = a.attrelid AND t.attname::text = $3 WHERE a.attrelid = $1::pg_catalog.oid AND a.attname::text = "
        "$2",
        {{column.table_oid}, {column.name, postgres::oid::text}, {change_.twin(column.name), postgres::oid::text}});
    if (found.empty() || !found.boolean(0, 0)) return;
    const std::string name = change_.twin(column.name + "_not_null");
    make_constraint(column.table, {column.table}, name,
                    fmt::format("CHECK ({} IS NOT NULL) NOT VALID", twin_sql(column)), true, std::nullopt);
    const std::string set = fmt::format("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL", column.table, twin_sql(column));
    under_short_lock(session_, set, exclusive, {column.table}, [&](Session& inside) {
      inside.execute(set);
      inside.execute(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", column.table, quote_identifier(name)));
    });
  }

  void end(const std::vector<std::string>& statements) {
    std::vector<std::string> drops;
    for (const TwinColumn& each : change_.columns)
      drops.push_back(fmt::format("ALTER TABLE {} DROP COLUMN IF EXISTS {}", each.table, twin_sql(each)));
    under_short_lock(session_, base::join(drops, "; "), exclusive, change_.tables(), [&](Session& inside) {
      std::vector<ForeignKeyPart> keys;
      std::vector<std::string> ways_back;
      with_catalogue_path(inside, [&] {
        keys = read_twin_foreign_keys(inside, change_);
        for (const TwinColumn* each : change_.table_columns())
          for (const IndexPart& index : read_indexes(inside, change_, *each))
            if (index.is_primary)
              ways_back.push_back(
                  quote_qualified(each->schema_name, OnlineChange::twin_after(index.name, !change_.is_swapped)));
      });
      for (const ForeignKeyPart& each : keys)
        inside.execute(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", each.table, quote_identifier(each.name)));
      for (const std::string& each : ways_back) inside.execute("DROP INDEX IF EXISTS " + each);
      for (const TwinColumn* each : change_.table_columns()) {
        inside.execute(
            fmt::format("DROP TRIGGER IF EXISTS {} ON {}", quote_identifier(change_.trigger()), each->table));
        inside.execute(fmt::format("DROP FUNCTION IF EXISTS {}()", change_.function(*each)));
      }
      if (change_.is_swapped) keep_sequences(inside);
      for (const std::string& each : drops) inside.execute(each);
      for (const std::string& each : statements) inside.execute(each);
    });
  }

  /// A sequence of serial outlives its column, as it does where keys are changed offline.
  void keep_sequences(Session& inside) {
    for (const TwinColumn& each : change_.columns) {
      postgres::Result found;
      with_catalogue_path(inside, [&] {
        found = inside.query(
            "SELECT d.objid::regclass::text FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND "
            "a.attnum = d.refobjsubid WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass "
            "AND d.deptype = 'a' AND d.refobjid = $1::oid AND a.attname = $2::name AND EXISTS (SELECT FROM "
            "pg_sequence s WHERE s.seqrelid = d.objid)",
            {{each.table_oid}, {change_.twin(each.name)}});
      });
      for (std::size_t i = 0; i < found.rows(); ++i)
        inside.execute(
            fmt::format("ALTER SEQUENCE {} OWNED BY {}.{}", found.text(i, 0), each.table, quote_identifier(each.name)));
    }
  }

  Session& session_;
  Notes& notes_;
  OnlineChange change_;
  /// Once nothing can be refused any more.
  std::optional<Autocommit> autocommit_;
  std::vector<TableParts> parts_;
  std::vector<ForeignKeyPart> foreign_keys_;
};

}  // namespace

void in_one_transaction(Session& session, const std::function<void()>& work) {
  session.begin_savepoint();
  work();
  session.release_savepoint();
}

void expand_online(Session& session, Notes& notes, const std::string& operation,
                   const std::function<OnlinePlan()>& plan) {
  Phases(session, notes, {}).expand(operation, plan);
}

OnlineChange online_change_of(Session& session, const std::string& operation, const std::string& schema,
                              const std::string& table, const std::string& column) {
  std::optional<OnlineChange> found;
  in_one_transaction(session, [&] {
    found = find_online_change(session, quote_qualified(schema, table), column);
    if (found) return;
    throw base::Error(base::code::no_online_change,
                      fmt::format("op.{}: no online change of {} is under way", operation, shown(schema, table)))
        .because(fmt::format("no trigger keeps \"{}\" in step with a twin", column))
        .advise("it was never begun, or has ended; after a contract the way back is another change");
  });
  return std::move(*found);
}

void contract_online(Session& session, Notes& notes, const OnlineChange& change) {
  Phases(session, notes, change).contract();
}

void abort_online(Session& session, Notes& notes, OnlineChange change) {
  Phases(session, notes, std::move(change)).abort();
}

}  // namespace operations
