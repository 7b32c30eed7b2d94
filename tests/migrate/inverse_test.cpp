// Upgrade and then downgrade is nothing, for random histories.
#include <fmt/format.h>

#include <map>
#include <set>

#include "support/catalogue.hpp"
#include "support/catch.hpp"
#include "support/laws.hpp"
#include "support/project.hpp"

using tests::run;
using tests::TestProject;

namespace {

/// A history of operations with their undoing: each draws on what those before it have made.
class History {
 public:
  explicit History(TestProject& files) : files_(files) {}

  void add_operation() {
    const auto kind = *rc::gen::inRange(0, 11);
    if (tables_.empty() || kind == 0) return create_table();
    const std::string table = *rc::gen::elementOf(names(tables_));
    std::set<std::string>& columns = tables_[table];
    const std::string column = *rc::gen::elementOf(columns);
    const std::string fresh = next("x");
    switch (kind) {
      case 1: return add_column(table, columns, fresh);
      case 2: return rename_table(table, fresh);
      case 3: return rename_column(table, columns, column, fresh);
      case 4:
        return add(
            fmt::format("op.create_index {{ table = '{}', columns = {{ '{}' }}, name = '{}' }}", table, column, fresh),
            fmt::format("op.drop_index {{ name = '{}' }}", fresh));
      case 5:
        return add(
            fmt::format("op.create_index {{ table = '{}', columns = {{ '{}' }}, name = '{}', concurrently = true }}",
                        table, column, fresh),
            fmt::format("op.drop_index {{ name = '{}', concurrently = true }}", fresh));
      case 6:
        return add(fmt::format("op.create_unique_constraint {{ table = '{}', name = '{}', columns = '{}' }}", table,
                               fresh, column),
                   drop_constraint(table, fresh));
      case 7:
        return add(
            fmt::format("op.create_check_constraint {{ table = '{}', name = '{}', expression = '{} is not null' }}",
                        table, fresh, column),
            drop_constraint(table, fresh));
      case 8:
        return add(
            fmt::format("op.create_foreign_key {{ table = '{}', name = '{}', columns = 'id', references = '{}' }}",
                        table, fresh, *rc::gen::elementOf(names(tables_))),
            drop_constraint(table, fresh));
      case 9:
        return add(fmt::format("op.create_enum {{ name = '{}', values = {{ 'low', \"it's\" }} }}", fresh),
                   fmt::format("op.drop_enum {{ name = '{}' }}", fresh));
      default:
        return add(fmt::format("op.create_sequence {{ name = '{}', start = 7 }}", fresh),
                   fmt::format("op.drop_sequence {{ name = '{}' }}", fresh));
    }
  }

  /// Ends a migration: its downgrade undoes in reverse order.
  void end_migration() {
    const std::string revision = next("r");
    files_.migration(revision, last_revision_, up_, down_);
    last_revision_ = revision;
    text_ += "-- " + revision + "\n" + up_;
    up_.clear();
    down_.clear();
  }
  const std::string& text() const { return text_; }

 private:
  using Tables = std::map<std::string, std::set<std::string>>;
  static std::vector<std::string> names(const Tables& tables) {
    std::vector<std::string> list;
    for (const auto& [name, columns] : tables) list.push_back(name);
    return list;
  }
  static std::string drop_constraint(const std::string& table, const std::string& name) {
    return fmt::format("op.drop_constraint {{ table = '{}', name = '{}' }}", table, name);
  }
  std::string next(const std::string& prefix) { return prefix + std::to_string(++count_); }

  void add(const std::string& up, const std::string& down) {
    up_ += "  " + up + "\n";
    down_ = "  " + down + "\n" + down_;
  }
  void create_table() {
    const std::string name = next("t");
    add(fmt::format(
            "op.create_table {{ name = '{}', columns = {{ {{ name = 'id', type = 'integer', primary_key = true }}, "
            "{{ name = 'c', type = 'text', default = \"'?'\" }} }} }}",
            name),
        fmt::format("op.drop_table {{ name = '{}' }}", name));
    tables_[name] = {"c"};
  }
  void add_column(const std::string& table, std::set<std::string>& columns, const std::string& name) {
    const std::string type =
        *rc::gen::element<std::string>("text", "integer", "numeric(12,2)", "timestamptz", "text[]");
    add(fmt::format("op.add_column {{ table = '{}', name = '{}', type = '{}' }}", table, name, type),
        fmt::format("op.drop_column {{ table = '{}', name = '{}' }}", table, name));
    columns.insert(name);
  }
  void rename_table(const std::string& from, const std::string& to) {
    add(fmt::format("op.rename_table {{ name = '{}', to = '{}' }}", from, to),
        fmt::format("op.rename_table {{ name = '{}', to = '{}' }}", to, from));
    tables_[to] = tables_[from];
    tables_.erase(from);
  }
  void rename_column(const std::string& table, std::set<std::string>& columns, const std::string& from,
                     const std::string& to) {
    add(fmt::format("op.rename_column {{ table = '{}', name = '{}', to = '{}' }}", table, from, to),
        fmt::format("op.rename_column {{ table = '{}', name = '{}', to = '{}' }}", table, to, from));
    columns.erase(from);
    columns.insert(to);
  }

  TestProject& files_;
  Tables tables_;
  int count_ = 0;
  std::string up_, down_, last_revision_, text_;
};

}  // namespace

TEST_CASE("upgrade and downgrade of a random history are undone by each other", "[migrate][laws]") {
  CHECK(tests::holds("the schema is as before", 10, [] {
    TestProject files;
    History history(files);
    const int migrations = *rc::gen::inRange(1, 5);
    for (int i = 0; i < migrations; ++i) {
      const int operations = *rc::gen::inRange(1, 7);
      for (int j = 0; j < operations; ++j) history.add_operation();
      history.end_migration();
    }
    RC_LOG() << history.text();
    const auto schema = [&] { return tests::catalogue_text(*files.connect()); };
    const auto move = [&](const char* command, const char* target) {
      try {
        run(files, command, target);
      } catch (const base::Error& error) {
        RC_FAIL(base::render(error));
      }
    };
    {
      // Makes the ledger, which is no part of what is compared.
      migrate::Project project = files.open();
      migrate::LockedDatabase(project, files.console);
    }
    const std::string before = schema();
    move("upgrade", "head");
    const std::string after = schema();
    RC_ASSERT(after != before);
    move("downgrade", "base");
    RC_ASSERT(schema() == before);
    move("upgrade", "head");
    RC_ASSERT(schema() == after);
  }));
}
