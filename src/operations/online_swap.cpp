// Read, lock, read again, and then only statements that touch no row.
#include "operations/online_swap.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "operations/key_change.hpp"
#include "operations/key_target.hpp"
#include "operations/online_parts.hpp"
#include "operations/online_sync.hpp"
#include "operations/sql.hpp"

namespace operations {

using postgres::Session;

namespace {

/// The time that is left goes to the next lock.
class LockBudget {
 public:
  explicit LockBudget(Session& session) : session_(session) {}
  void lock(const std::vector<std::string>& relations, const std::string& mode) {
    for (const std::string& each : relations) {
      allow(lock_budget_ms - static_cast<int>(spent_.milliseconds()));
      session_.query(fmt::format("LOCK TABLE {} IN {} MODE", each, mode));
    }
    allow(lock_budget_ms - static_cast<int>(spent_.milliseconds()));
  }

 private:
  void allow(int milliseconds) {
    session_.query(fmt::format("SET LOCAL lock_timeout = {}", std::max(milliseconds, 10)));
  }
  Session& session_;
  base::Stopwatch spent_;
};

SetAside aside_of(Session& session, const OnlineChange& change) {
  std::vector<std::string> tables, names;
  for (const TwinColumn& each : change.columns) {
    tables.push_back(each.table_oid);
    names.push_back(each.name);
  }
  return read_set_aside(session, tables, names);
}

/// A reader has locked the view when it waits for the table, so views come first.
std::vector<std::string> views_of(const SetAside& aside) {
  constexpr std::string_view word = "view ";
  std::vector<std::string> views;
  for (const std::string& each : aside.objects)
    if (each.starts_with(word)) views.push_back(each.substr(word.size()));
  return views;
}

class Swap {
 public:
  Swap(Session& session, OnlineChange& change) : session_(session), change_(change) {}

  void run() {
    with_catalogue_path(session_, [&] {
      LockBudget budget(session_);
      budget.lock(views_of(aside_of(session_, change_)), "ACCESS EXCLUSIVE");
      budget.lock(change_.tables(), "ACCESS EXCLUSIVE");
      graph_.constraints = read_foreign_keys(session_, change_);
      aside_ = aside_of(session_, change_);
      for (const TwinColumn* each : change_.table_columns()) {
        indexes_.push_back(read_indexes(session_, change_, *each));
        checks_.push_back(read_checks(session_, change_, *each));
      }
      refuse_changed();
    });
    take_away(session_, graph_, aside_);
    const std::vector<const TwinColumn*> tables = change_.table_columns();
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (const IndexPart& each : indexes_[i]) swap_index(*tables[i], each);
      for (const CheckPart& each : checks_[i]) swap_constraint(tables[i]->table, each.name);
    }
    for (const TwinColumn& each : change_.columns) {
      if (each.moves_sequence) move_sequence(each);
      exchange_not_null(each);
      rename_column(each, each.name, OnlineChange::twin_after(each.name, !change_.is_swapped));
      rename_column(each, change_.twin(each.name), each.name);
    }
    for (const ForeignKeyPart& each : graph_.constraints)
      rename_constraint(each.table, change_.twin(each.name), each.name);
    for (std::size_t i = 0; i < tables.size(); ++i)
      for (const IndexPart& each : indexes_[i]) mark_index(*tables[i], each);
    if (!change_.is_swapped)
      for (const std::string& each : change_.on_swap) session_.execute(each);
    change_.is_swapped = !change_.is_swapped;
    install_sync(session_, change_, 1);
    put_back(session_, {}, aside_);
  }

 private:
  /// What was made on the columns since their twins were: it would stay with the column that goes away.
  void refuse_changed() {
    std::vector<std::string> missing = aside_.fixed;
    for (const std::string& each : aside_.objects)
      if (each.starts_with("materialized view ")) missing.push_back(each);
    const std::vector<const TwinColumn*> tables = change_.table_columns();
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (const IndexPart& each : indexes_[i])
        if (!has_index(session_, *tables[i], change_.twin(each.name))) missing.push_back("index " + each.name);
      for (const CheckPart& each : checks_[i])
        if (!has_constraint(session_, tables[i]->table, change_.twin(each.name)))
          missing.push_back("check " + each.name);
    }
    for (const ForeignKeyPart& each : graph_.constraints)
      if (!has_constraint(session_, each.table, change_.twin(each.name)))
        missing.push_back("foreign key " + each.name + " of " + each.table);
    if (missing.empty()) return;
    throw base::Error(base::code::online_refused, fmt::format("{} cannot change places with its twin", change_.shown()))
        .because("these came while the change was under way: " + base::join(missing, "; "))
        .advise("drop them, run the same command again, and make them again after");
  }

  void alter(const std::string& table, const std::string& action) {
    session_.execute(fmt::format("ALTER TABLE {} {}", table, action));
  }
  void rename_column(const TwinColumn& column, const std::string& from, const std::string& to) {
    alter(column.table, fmt::format("RENAME COLUMN {} TO {}", quote_identifier(from), quote_identifier(to)));
  }
  void rename_constraint(const std::string& table, const std::string& from, const std::string& to) {
    alter(table, fmt::format("RENAME CONSTRAINT {} TO {}", quote_identifier(from), quote_identifier(to)));
  }
  void swap_constraint(const std::string& table, const std::string& name) {
    rename_constraint(table, name, OnlineChange::twin_after(name, !change_.is_swapped));
    rename_constraint(table, change_.twin(name), name);
  }

  /// From PostgreSQL 18 on NOT NULL is a constraint whose name stays where the column's name does.
  void exchange_not_null(const TwinColumn& column) {
    if (session_.server_version() < 180000) return;
    const std::string own = not_null_of(column, column.name), twin = not_null_of(column, change_.twin(column.name));
    if (own.empty() || twin.empty()) return;
    const std::string between = "waxwing_not_null";
    rename_constraint(column.table, own, between);
    rename_constraint(column.table, twin, own);
    rename_constraint(column.table, between, twin);
  }

  std::string not_null_of(const TwinColumn& column, const std::string& name) {
    const postgres::Result found = session_.query(
        "SELECT k.conname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid "
        "AND k.conkey = ARRAY[a.attnum] WHERE k.contype::text = 'n' AND k.conrelid = $1::pg_catalog.oid AND "
        "a.attname::text = $2",
        {{column.table_oid}, {name, postgres::oid::text}});
    return found.empty() ? "" : found.text(0, 0);
  }

  /// A table has one primary key: the old one goes, and the index beside it stays for the way back.
  void swap_index(const TwinColumn& of_table, const IndexPart& index) {
    const std::string twin = change_.twin(index.name),
                      leaving = OnlineChange::twin_after(index.name, !change_.is_swapped);
    const auto rename = [&](const std::string& from, const std::string& to) {
      session_.execute(fmt::format("ALTER INDEX {} RENAME TO {}", quote_qualified(of_table.schema_name, from),
                                   quote_identifier(to)));
    };
    const auto promote = [&](const char* kind) {
      alter(of_table.table, fmt::format("ADD CONSTRAINT {} {} USING INDEX {}", quote_identifier(index.name), kind,
                                        quote_identifier(twin)));
      if (index.constraint_comment)
        session_.execute(fmt::format("COMMENT ON CONSTRAINT {} ON {} IS {}", quote_identifier(index.name),
                                     of_table.table, quote_literal(*index.constraint_comment)));
    };
    if (index.is_primary) {
      alter(of_table.table, "DROP CONSTRAINT " + quote_identifier(index.name));
      return promote("PRIMARY KEY");
    }
    rename(index.name, leaving);
    if (index.is_constraint && !has_constraint(session_, of_table.table, twin)) return promote("UNIQUE");
    rename(twin, index.name);
  }

  void mark_index(const TwinColumn& of_table, const IndexPart& index) {
    if (index.is_replica_identity)
      alter(of_table.table, "REPLICA IDENTITY USING INDEX " + quote_identifier(index.name));
    if (index.is_clustered) alter(of_table.table, "CLUSTER ON " + quote_identifier(index.name));
  }

  /// Of serial the default and the ownership; of an identity all, with the number that it has come to.
  void move_sequence(const TwinColumn& column) {
    KeyColumn from;
    from.table_oid = column.table_oid;
    from.table = column.table;
    from.name = column.name;
    ColumnRecord record;
    record_identity(session_, from, record);
    const std::string name = quote_identifier(column.name), twin = quote_identifier(change_.twin(column.name));
    const std::string& type = change_.is_swapped ? column.old_type : column.new_type;
    if (record.identity_sql.empty()) {
      std::string default_sql;
      with_catalogue_path(session_, [&] {
        default_sql = session_
                          .query(
                              "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a ON "
                              "a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE a.attrelid = $1::oid AND a.attname "
                              "= $2::name",
                              {{column.table_oid}, {column.name}})
                          .text(0, 0);
      });
      alter(column.table,
            fmt::format("ALTER COLUMN {} DROP DEFAULT, ALTER COLUMN {} SET DEFAULT {}", name, twin, default_sql));
      if (record.sequence.empty()) return;
      session_.execute(fmt::format("ALTER SEQUENCE {}{} OWNED BY {}.{}", record.sequence,
                                   is_integer(type) ? " AS " + type : "", column.table, twin));
      return;
    }
    alter(column.table, fmt::format("ALTER COLUMN {} DROP IDENTITY", name));
    alter(column.table, fmt::format("ALTER COLUMN {} ADD {}", twin, record.identity_sql));
    session_.execute(
        fmt::format("SELECT pg_catalog.setval({0}, {1}, true) FROM pg_catalog.pg_sequence WHERE seqrelid = "
                    "{0}::pg_catalog.regclass::pg_catalog.oid AND {1}::pg_catalog.int8 BETWEEN seqmin AND seqmax",
                    quote_literal(record.sequence), record.last_value));
    for (const std::string& each : record.after) session_.execute(each);
  }

  Session& session_;
  OnlineChange& change_;
  KeyGraph graph_;
  SetAside aside_;
  std::vector<std::vector<IndexPart>> indexes_;
  std::vector<std::vector<CheckPart>> checks_;
};

/// The twin takes the name that the column leaves, or leaves it again.
void swap_names(Session& session, OnlineChange& change) {
  with_catalogue_path(session, [&] {
    LockBudget(session).lock(change.tables(), "ACCESS EXCLUSIVE");
    if (!change.is_swapped) refuse_not_renamed(session, change);
  });
  OnlineChange after = change;
  after.is_swapped = !change.is_swapped;
  for (const TwinColumn& each : change.columns) {
    const auto rename = [&](const std::string& from, const std::string& to) {
      session.execute(fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", each.table, quote_identifier(from),
                                  quote_identifier(to)));
    };
    // Whichever has the name that the other one gets goes first.
    if (after.is_swapped) rename(change.own_name(each), after.own_name(each));
    rename(change.twin_name(each), after.twin_name(each));
    if (!after.is_swapped) rename(change.own_name(each), after.own_name(each));
  }
  change = std::move(after);
  install_sync(session, change, 1);
}

}  // namespace

void under_short_lock(Session& session, const std::string& statement, const std::string& mode,
                      const std::vector<std::string>& tables, const std::function<void(Session&)>& work) {
  session.run_unit(statement, [&](Session& inside) {
    LockBudget(inside).lock(tables, mode);
    work(inside);
    return inside.query("SELECT true");
  });
}

void swap_online(Session& session, OnlineChange& change) {
  OnlineChange after = change;
  after.is_swapped = !change.is_swapped;
  std::vector<std::string> renames;
  for (const TwinColumn& each : change.columns)
    renames.push_back(
        fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", each.table,
                    quote_identifier(change.is_renaming() ? change.own_name(each) : change.twin_name(each)),
                    quote_identifier(after.own_name(each))));
  const char* others =
      change.is_renaming() ? " /* and its twin to the other name */" : " /* and all that stands on them */";
  session.run_unit(base::join(renames, "; ") + others, [&](Session& inside) {
    OnlineChange swapped = change;
    if (swapped.is_renaming())
      swap_names(inside, swapped);
    else
      Swap(inside, swapped).run();
    return inside.query("SELECT true");
  });
  change.is_swapped = !change.is_swapped;
}

void install_sync(Session& session, const OnlineChange& change, int stage) {
  for (const TwinColumn* each : change.table_columns()) {
    const std::vector<const TwinColumn*> columns = change.columns_of(each->table_oid);
    const bool is_first = each->schema_name == change.schema && each->table_name == change.table;
    const bool has_any =
        std::any_of(columns.begin(), columns.end(), [&](const auto* own) { return own->stage <= stage; });
    if (!is_first && !has_any) continue;
    const std::string function = change.function(*each), trigger = quote_identifier(change.trigger());
    session.execute(sync_function_sql(change, *each, stage));
    if (is_first)
      session.execute(fmt::format("COMMENT ON FUNCTION {}() IS {}", function, quote_literal(change.to_comment())));
    const postgres::Result there = session.query(
        "SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = $1::pg_catalog.oid AND t.tgname::text = $2",
        {{each->table_oid}, {change.trigger(), postgres::oid::text}});
    if (!there.empty()) continue;
    session.execute(fmt::format("CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION {}()",
                                trigger, each->table, function));
    // Also where a session is in the role of a replica: what it writes must not be lost.
    session.execute(fmt::format("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}", each->table, trigger));
  }
}

}  // namespace operations
