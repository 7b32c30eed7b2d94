// `db.import_csv` and `db.export_csv`: the server reads and writes the format, we only carry the bytes.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "postgres/copy_text.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"
#include "postgres/sql_text.hpp"
#include "schema/row_table.hpp"
#include "script/call_arguments.hpp"
#include "script/lua_state.hpp"
#include "script/lua_values.hpp"
#include "script/project_paths.hpp"

namespace script {

using base::Error;
using postgres::quote_identifier;
using postgres::Result;
namespace code = base::code;

namespace {

struct CsvFile {
  std::string given, path;
};

CallArguments read_arguments(lua_State* lua, const char* function, std::vector<std::string> known) {
  for (const char* each :
       {"file", "table", "schema", "columns", "header", "delimiter", "null", "quote", "escape", "encoding"})
    known.emplace_back(each);
  if (lua_gettop(lua) != 1 || !lua_istable(lua, 1))
    throw Error(code::bad_argument, fmt::format("{} takes one table", function))
        .advise(fmt::format("{} {{ file = \"data/books.csv\", table = \"books\" }}", function));
  return {function, to_value(lua, 1), known};
}

bool has_header(const CallArguments& arguments) {
  const base::Value* given = arguments.find("header");
  return !given || given->is_nil() || arguments.flag("header");
}

CsvFile file_of(lua_State* lua, const CallArguments& arguments, const char* function) {
  const std::string given = arguments.text("file").value_or("");
  return {given, project_path(lua, given, function)};
}

std::vector<std::string> columns_of(const CallArguments& arguments, const char* function) {
  std::vector<std::string> names;
  const base::Value* value = arguments.find("columns");
  const base::List* list = value ? value->get_if<base::List>() : nullptr;
  for (const base::Value& each : list ? *list : base::List{})
    if (const std::string* name = each.get_if<std::string>()) names.push_back(*name);
  if (value && !value->is_nil() && (!list || names.empty() || names.size() != list->size()))
    throw Error(code::bad_argument, fmt::format("{}: columns must be a list of names", function));
  return names;
}

/// `WITH (FORMAT csv, HEADER true, ...)`
std::string options_sql(const CallArguments& arguments) {
  std::string sql = fmt::format(" WITH (FORMAT csv, HEADER {}", has_header(arguments));
  for (const char* option : {"delimiter", "null", "quote", "escape", "encoding"})
    if (const auto value = arguments.text(option))
      sql += fmt::format(", {} {}", base::upper(option), postgres::quote_literal(*value));
  return sql + ")";
}

std::string column_list(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& each : names) quoted.push_back(quote_identifier(each));
  return base::join(quoted, ", ");
}

/// The fields of a file's first record, which may go over several lines.
std::vector<std::string> first_record(std::istream& file, char delimiter, char quote) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (char c = 0; file.get(c);) {
    if (c == quote && is_quoted && file.peek() == quote)
      fields.back() += static_cast<char>(file.get());
    else if (c == quote)
      is_quoted = !is_quoted;
    else if (c == delimiter && !is_quoted)
      fields.emplace_back();
    else if ((c == '\n' || c == '\r') && !is_quoted)
      break;
    else
      fields.back() += c;
  }
  return fields;
}

class CsvReader {
 public:
  explicit CsvReader(const CsvFile& file) : stream_(file.path, std::ios::binary) {
    std::error_code failure;
    if (!stream_ || !std::filesystem::is_regular_file(file.path, failure))
      throw Error(code::cannot_read_file, "cannot read " + file.given)
          .because(std::filesystem::exists(file.path, failure) ? "it is no regular file, or may not be read"
                                                               : "there is no such file");
    char mark[3] = {};
    stream_.read(mark, 3);
    if (std::string_view(mark, 3) != "\xEF\xBB\xBF")
      to_begin(0);
    else
      begin_ = 3;
  }
  std::vector<std::string> header(const CallArguments& arguments) {
    const auto sign = [&](const char* key, char usual) {
      const auto text = arguments.text(key);
      return text && !text->empty() ? (*text)[0] : usual;
    };
    std::vector<std::string> names = first_record(stream_, sign("delimiter", ','), sign("quote", '"'));
    to_begin(begin_);
    return names;
  }
  std::string_view next() {
    stream_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
    return {piece_.data(), static_cast<std::size_t>(stream_.gcount())};
  }

 private:
  void to_begin(std::streamoff at) {
    stream_.clear();
    stream_.seekg(at);
  }

  std::ifstream stream_;
  std::streamoff begin_ = 0;
  std::string piece_ = std::string(std::size_t{64} << 10, '\0');
};

/// Columns that the file has and the table does not would be put into others by their position.
void check_header(const std::vector<std::string>& names, const schema::RowTable& table, const CsvFile& file) {
  std::vector<std::string> known;
  for (const auto& each : table.columns)
    if (!each.is_generated) known.push_back(each.name);
  for (const std::string& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Error(code::bad_csv, fmt::format("{} has a column \"{}\", which {} has not{}", file.given, name,
                                             table.shown, base::did_you_mean_suffix(name, known)))
          .at(file.given + ":1")
          .because("columns are " + base::join(known, ", "))
          .advise("columns = { ... } names them in the file's order; header = false if the first line is a row");
}

int import_csv(lua_State* lua) {
  constexpr const char* function = "db.import_csv";
  const CallArguments arguments = read_arguments(lua, function, {});
  const CsvFile file = file_of(lua, arguments, function);
  const std::string schema = arguments.text("schema").value_or("");
  const std::string name = arguments.text("table").value_or("");
  if (name.empty()) throw Error(code::bad_argument, "db.import_csv: table is missing");
  std::vector<std::string> columns = columns_of(arguments, function);
  postgres::Session& session = LuaState::of(lua).session();
  const auto copy_sql = [&] {
    return fmt::format("COPY {}{} FROM STDIN{}", postgres::quote_qualified(schema, name),
                       columns.empty() ? "" : " (" + column_list(columns) + ")", options_sql(arguments));
  };
  const Result result = session.run_unit(
      fmt::format("{} /* {} */", copy_sql(), base::replace_all(file.given, "*/", "* /")), [&](postgres::Session& real) {
        CsvReader reader(file);
        const schema::RowTable table = schema::read_row_table(real, schema, name);
        if (columns.empty() && has_header(arguments)) {
          columns = reader.header(arguments);
          check_header(columns, table, file);
        }
        std::uint64_t rows = 0;
        try {
          rows = real.copy_in(copy_sql(), [&reader] { return reader.next(); });
        } catch (postgres::SqlError& error) {
          const postgres::CopyPlace place = postgres::copy_place(error.diagnostics().context);
          if (place.line == 0) throw;
          std::string column;
          for (const auto& each : table.columns)
            if (place.is_column(each.name) || error.diagnostics().column == each.name)
              column = fmt::format(", column {}", each.name);
          error.headline(fmt::format("{}: line {} of {}{} does not fit {}", function, place.line, file.given, column,
                                     table.shown));
          throw;
        }
        return real.query(fmt::format("SELECT {}::bigint", rows));
      });
  push_integer(lua, result.empty() ? 0 : result.integer(0, 0));
  return 1;
}

/// A file that appears when it is whole.
class CsvWriter {
 public:
  explicit CsvWriter(const CsvFile& file) : path_(file.path), part_(file.path + ".part") {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
    errno = 0;
    stream_.open(part_, std::ios::binary | std::ios::trunc);
    if (!stream_) fail();
  }
  ~CsvWriter() {
    std::error_code ignored;
    if (!is_whole_) std::filesystem::remove(part_, ignored);
  }
  CsvWriter(const CsvWriter&) = delete;
  CsvWriter& operator=(const CsvWriter&) = delete;

  void write(std::string_view bytes) {
    if (!stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))) fail();
  }
  void finish() {
    stream_.close();
    std::error_code failure;
    if (stream_) std::filesystem::rename(part_, path_, failure);
    if (!stream_ || failure) fail();
    is_whole_ = true;
  }

 private:
  [[noreturn]] void fail() {
    throw Error(code::cannot_write_file, "cannot write " + path_).because(std::strerror(errno));
  }

  const std::string path_, part_;
  std::ofstream stream_;
  bool is_whole_ = false;
};

int export_csv(lua_State* lua) {
  constexpr const char* function = "db.export_csv";
  const CallArguments arguments = read_arguments(lua, function, {"sql"});
  const CsvFile file = file_of(lua, arguments, function);
  const auto sql = arguments.text("sql"), table = arguments.text("table");
  if (!sql == !table) throw Error(code::bad_argument, "db.export_csv: either sql or table is needed");
  const std::vector<std::string> columns = columns_of(arguments, function);
  if (sql && postgres::split_statements(*sql).size() != 1)
    throw Error(code::bad_argument, "db.export_csv: sql must be one query");
  const std::string query = sql ? std::string(postgres::split_statements(*sql)[0].text)
                                : fmt::format("SELECT {} FROM {}", columns.empty() ? "*" : column_list(columns),
                                              postgres::quote_qualified(arguments.text("schema").value_or(""), *table));
  const std::string copy = "COPY (" + query + "\n) TO STDOUT" + options_sql(arguments);
  const Result result = LuaState::of(lua).session().run_unit(copy, [&](postgres::Session& real) {
    CsvWriter writer(file);
    const std::uint64_t rows = real.copy_out(copy, [&writer](std::string_view line) { writer.write(line); });
    writer.finish();
    return real.query(fmt::format("SELECT {}::bigint", rows));
  });
  push_integer(lua, result.empty() ? 0 : result.integer(0, 0));
  return 1;
}

}  // namespace

void open_csv(lua_State* lua) {
  lua_getglobal(lua, "db");
  lua_pushcfunction(lua, &guarded<&import_csv>);
  lua_setfield(lua, -2, "import_csv");
  lua_pushcfunction(lua, &guarded<&export_csv>);
  lua_setfield(lua, -2, "export_csv");
  lua_pop(lua, 1);
}

}  // namespace script
