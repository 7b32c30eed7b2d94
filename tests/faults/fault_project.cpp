// Eleven small migrations that take every way a statement can be run, a fix and a script.
#include "fault_project.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/files.hpp"
#include "support/temporary_folder.hpp"

namespace tests {

namespace {

const TemporaryFolder& folder() {
  static const TemporaryFolder folder;
  return folder;
}

void write_migration(const std::string& revision, const std::string& revises, const std::string& header,
                     const std::string& up, const std::string& down) {
  base::write_file(
      folder().path() + "/migrations/" + revision + ".lua",
      fmt::format("local m = migration {{ revision = '{}', revises = {}{} }}\nfunction m.upgrade()\n{}\nend\n"
                  "function m.downgrade()\n{}\nend\nreturn m\n",
                  revision, revises.empty() ? "nil" : "'" + revises + "'", header, up, down));
}

std::string counted(const std::string& name) {
  return fmt::format(
      "  db.execute('insert into counter values ($1, 1) on conflict (name) do update set n = counter.n + 1', '{}')\n",
      name);
}

}  // namespace

const std::string& fault_project() {
  static const std::string path = [] {
    std::filesystem::create_directories(folder().path() + "/migrations");
    base::write_file(folder().path() + "/waxwing.lua", "return { lock_wait_s = 30, reconnect_s = 20 }\n");
    write_migration("r1", "", "",
                    "  op.create_table { name = 'counter', columns = { { name = 'name', type = 'text', primary_key = "
                    "true }, { name = 'n', type = 'integer' } } }\n"
                    "  op.create_table { name = 't', columns = { { name = 'id', type = 'integer', primary_key = true "
                    "}, { name = 'v', type = 'text' } } }\n"
                    "  db.execute('insert into t select i, i::text from generate_series(1, 50) as i')\n" +
                        counted("r1"),
                    "  op.drop_table { name = 't' }\n  op.drop_table { name = 'counter' }\n");
    write_migration(
        "r2", "r1", "",
        counted("r2") +
            "  op.add_column { table = 't', name = 'w', type = 'integer' }\n  db.execute('update t set w = id')\n",
        counted("r2 down") + "  op.drop_column { table = 't', name = 'w' }\n");
    write_migration("r3", "r2", ", transaction = 'none'",
                    counted("r3 first") +
                        "  op.create_index { table = 't', columns = { 'w' }, name = 't_w', concurrently = true }\n" +
                        counted("r3 last"),
                    "  op.drop_index { name = 't_w', concurrently = true }\n" + counted("r3 down"));
    write_migration(
        "r4", "r3", "",
        counted("r4 first") +
            "  op.create_index { table = 't', columns = { 'v' }, name = 't_v', unique = true, concurrently = true }\n"
            "  db.autocommit(function() db.execute('vacuum t') end)\n" +
            counted("r4 last"),
        counted("r4 down") + "  op.drop_index { name = 't_v' }\n");
    write_migration("r5", "r4", "", "  op.create_enum { name = 'mood', values = { 'low' } }\n" + counted("r5"),
                    "  op.drop_enum { name = 'mood' }\n");
    write_migration("r6", "r5", "",
                    counted("r6 first") +
                        "  op.add_enum_value { name = 'mood', value = 'high' }\n"
                        "  db.execute([[create table moods as select 'high'::mood as m]])\n" +
                        counted("r6 last"),
                    "  op.drop_table { name = 'moods' }\n  db.execute([[alter type mood rename to old; create type "
                    "mood as enum ('low'); drop type old]])\n");
    base::write_file(folder().path() + "/migrations/r7.sql",
                     "-- revision: r7\n-- revises: r6\n-- waxwing: up\ncreate view v as select * from t;\n"
                     "insert into counter values ('r7', 1) on conflict (name) do update set n = counter.n + 1;\n"
                     "-- waxwing: down\ndrop view v;\n");
    const auto transformed = [](const std::string& mode, const std::string& body) {
      return fmt::format("  db.transform {{ table = 't', mode = '{}', function(row) {} end }}\n", mode, body);
    };
    write_migration("r8", "r7", "",
                    counted("r8 first") + transformed("rebuild", "row.v = row.v .. '!'") +
                        transformed("update", "if row.id % 2 == 0 then row.w = row.w + 1 end") +
                        "  db.copy_in('t', { 'id', 'v', 'w' }, { { 101, 'x', 1 }, { 102, 'y', 2 } })\n" +
                        counted("r8 last"),
                    counted("r8 down") +
                        transformed("update", "if row.id > 100 then return 'delete' end row.v = row.v:sub(1, -2)") +
                        transformed("rebuild", "if row.id % 2 == 0 then row.w = row.w - 1 end"));
    write_migration("r9", "r8", ", transaction = 'none'",
                    counted("r9 first") + transformed("update", "row.w = row.w * 2") +
                        transformed("rebuild", "row.v = row.v .. '?'") + counted("r9 last"),
                    transformed("rebuild", "row.v = row.v:sub(1, -2)") + counted("r9 down") +
                        transformed("update", "row.w = row.w / 2"));
    // How often each row was changed is counted in the same table as everything else.
    write_migration(
        "r10", "r9", "",
        counted("r10 first") +
            "  op.add_column { table = 't', name = 'k', type = 'integer', default = 0, not_null = true }\n"
            "  op.backfill { table = 't', set = 'k = k + 1', batch_rows = 8, target_ms = 0 }\n"
            "  db.execute([[insert into counter select distinct 'r10 changed ' || k, 1 from t on conflict (name) "
            "do update set n = counter.n + 1]])\n",
        "  op.drop_column { table = 't', name = 'k' }\n" + counted("r10 down"));
    // The same keys in every run, so that ends can be compared.
    write_migration("r11", "r10", "",
                    counted("r11 first") +
                        "  op.retype_primary_key { table = 't', to = 'uuid', using = 'md5(id::text)::uuid' }\n" +
                        counted("r11 last"),
                    counted("r11 down") + "  op.restore_primary_key { table = 't' }\n");
    // Every row is changed by what it was, one goes and one comes, so that a second time would show.
    const std::string change =
        "  db.execute([[update t set v = v || '+' where true]])\n  db.execute([[delete from t where w = 1]])\n"
        "  db.execute([[insert into t values (201, 'z', 1)]])\n";
    std::filesystem::create_directories(folder().path() + "/fixes");
    base::write_file(folder().path() + "/fixes/change.lua",
                     "local f = fix { name = 'change', reason = 'rows are wrong', touches = { 't', 'counter' } }\n"
                     "function f.run()\n" +
                         change + counted("fix") + "end\nreturn f\n");
    base::write_file(folder().path() + "/change.lua",
                     "local s = script { name = 'change', write = true }\nfunction s.run()\n" + change +
                         counted("script") + "end\nreturn s\n");
    return folder().path();
  }();
  return path;
}

}  // namespace tests
