// The operation op.execute_file: its keys, its SQL and what undoes it.
#include "base/files.hpp"
#include "operations/data_operations.hpp"
#include "operations/sql.hpp"

namespace operations {

namespace {

void run(const ExecuteFile& op, postgres::Session& session) {
  execute_script(session, base::normal_form(base::read_text_file(op.path, op.path)), op.path);
}

}  // namespace

const Definition<ExecuteFile>& ExecuteFile::definition() {
  using Self = ExecuteFile;
  static const auto execute_file =
      operation<Self>("execute_file", "Runs the statements of an SQL file.")
          .required("path", &Self::path, "The file, relative to the project's folder.")
          .path()
          .text_is("path")
          .example(R"(op.execute_file { path = "sql/colours.sql" })")
          .describe([](const Self& op) { return fmt::format("execute the file {}", op.path); })
          .sql([](const Self& op) { return record([&op](postgres::Session& session) { run(op, session); }); })
          .run([](const Self& op, postgres::Session& session, Notes&) { run(op, session); });
  return execute_file;
}

}  // namespace operations
