// The arguments of every operation, made from bytes by its field list. An input is the operation's name in a line, then
// bytes that choose and lines that are names. Keys that take SQL get proper SQL, so whatever the names are,
// PostgreSQL's grammar must read each statement as exactly one.
#include "operations/operation.hpp"

#include <pg_query.h>

#include <map>

#include "base/text.hpp"
#include "operations/operation_builder.hpp"
#include "support/input.hpp"
#include "support/values.hpp"

namespace {

using base::List;
using base::Map;
using base::Value;
using operations::FieldInfo;
using Words = std::vector<std::string>;

const Words types = {"text", "numeric(12,2)", "bigint[]", "app.money", "timestamp with time zone"};
const Words expressions = {"1", "now()", "'it''s'", "lower(a)", "(a > 0)", "$$;$$", "E'\\''"};
const Words queries = {"select 1", "values (1)", " select a from t where b = ';';", "table t", "select 1 -- all"};
const Words functions = {"create function f() returns int language sql as $$ select 1; $$",
                         "CREATE OR REPLACE\nPROCEDURE p() LANGUAGE sql AS ' select 1 ';"};
const Words scripts = {"update t set a = $1",
                       "insert into t values ($1, '$1', $2); -- done",
                       "select 1; select 2",
                       "do $$ begin perform 1; end $$",
                       "select $1::text; select $2",
                       "commit",
                       "-- nothing",
                       "select '"};

/// The texts to choose from where a key takes SQL; null where it takes a name or a plain text.
const Words* sql_for(const std::string& operation, const std::string& key, bool nested) {
  static const std::map<std::string, Words> by_key = {{"type", types},
                                                      {"default", expressions},
                                                      {"generated", expressions},
                                                      {"check", expressions},
                                                      {"checks", expressions},
                                                      {"add_check", expressions},
                                                      {"expression", expressions},
                                                      {"where", expressions},
                                                      {"when", expressions},
                                                      {"using", expressions},
                                                      {"partition_by", {"range (a)", "list (lower(a))", "hash (a, b)"}},
                                                      {"opclass", {"text_ops", "app.ops"}},
                                                      {"path", {"missing.sql"}}};
  static const Words operators = {"=", "&&", "-|-", "OPERATOR(pg_catalog.=)"};
  if (key == "with" && nested) return &operators;
  if (key == "to") return operation == "change_column_type" || operation == "retype_primary_key" ? &types : nullptr;
  if (key == "arguments") return operation == "create_trigger" ? nullptr : &types;
  if (key == "sql") return operation == "create_function" ? &functions : operation == "execute" ? &scripts : &queries;
  const auto found = by_key.find(key);
  return found == by_key.end() ? nullptr : &found->second;
}

/// Makes the table of a call.
class Maker {
 public:
  Maker(fuzz::Input& input, const operations::OperationType& type) : input_(input), operation_(type.name()) {}

  Map table(const std::vector<FieldInfo>& fields, bool nested) {
    Map map;
    for (const FieldInfo& field : fields)
      if (input_.below(8) < (field.required ? 7U : 3U) || (field.required && input_.done()))
        map.emplace_back(field.name, value(field, nested));
    if (input_.below(64) == 63) map.emplace_back(input_.line(), fuzz::anything(input_));
    return map;
  }

 private:
  std::string text(const std::string& key, bool nested) {
    const Words* sql = sql_for(operation_, key, nested);
    return sql ? (*sql)[input_.below(sql->size())] : std::string(input_.line());
  }

  Value one(const FieldInfo& field, const std::string& type, bool nested) {
    if (!field.nested.empty()) {
      const std::size_t form = input_.below(4);
      if (form == 0 && type.find("string|") != std::string::npos) return text(field.name, nested);
      if (form == 1 && type.find("string[]|") != std::string::npos)
        return List{std::string(input_.line()), std::string(input_.line())};
      return table(field.nested, true);
    }
    if (type.starts_with('"')) {
      const Words words = base::split(type.substr(0, type.find("|(")), '|');
      const std::string& word = words[input_.below(words.size())];
      return word.substr(1, word.size() - 2);
    }
    if (type == "boolean") return input_.below(2) == 1;
    if (type == "integer") return static_cast<std::int64_t>(input_.below(256)) - 100;
    if (type == "any") return fuzz::anything(input_);
    if (type.starts_with("table<")) {
      Map map;
      for (std::size_t left = input_.below(3); left > 0; --left)
        map.emplace_back(input_.line(), fuzz::anything(input_, 2));
      return map;
    }
    if (type.starts_with("string|number")) {
      const std::size_t form = input_.below(4);
      if (form == 1) return static_cast<double>(input_.below(256)) / 8;
      if (form == 2) return true;
    }
    return text(field.name, nested);
  }

  Value value(const FieldInfo& field, bool nested) {
    // SQL is the author's, who writes it well or is told so by the server.
    if (input_.below(64) == 63) return sql_for(operation_, field.name, nested) ? Value(true) : fuzz::anything(input_);
    std::string type = field.lua_type;
    if (const std::size_t null = type.find("|db.null"); null != std::string::npos) {
      if (input_.below(4) == 3) return base::SqlNull();
      type.resize(null);
    }
    if (!type.ends_with("[]")) return one(field, type, nested);
    type.resize(type.size() - 2);
    if (type.starts_with("string|") && type != "string|string" && field.nested.empty()) type = "string";
    List list;
    for (std::size_t left = 1 + input_.below(3); left > 0; --left) list.push_back(one(field, type, nested));
    return list;
  }

  fuzz::Input& input_;
  const std::string& operation_;
};

/// -1 where the grammar does not read it.
int statements_in(const std::string& sql) {
  const PgQuerySplitResult result = pg_query_split_with_parser(sql.c_str());
  const int count = result.error ? -1 : result.n_stmts;
  pg_query_free_split_result(result);
  return count;
}

void check(const std::vector<std::string>& statements) {
  for (const std::string& each : statements)
    fuzz::require(statements_in(each) == 1, "PostgreSQL reads one statement", each);
}

struct NoNotes : operations::Notes {
  void note(std::string) override {}
};

void check_all(const operations::Operation& op) {
  op.description();
  op.lua();
  op.needs_no_transaction();
  NoNotes notes;
  const std::vector<std::string> statements = op.sql();
  check(statements);
  const auto run = operations::record([&](postgres::Session& session) { op.run(session, notes); });
  fuzz::require(run.size() == statements.size(), "a script holds the statements of the operation", op.lua());
  check(run);
}

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  const std::string_view name = input.line();
  const operations::OperationType* type = operations::find_operation(name);
  if (!type) {
    const auto& all = operations::all_operations();
    type = all[(name.empty() ? 0 : static_cast<unsigned char>(name.front())) % all.size()];
  }
  fuzz::succeeds([&] {
    const auto op = type->read(Maker(input, *type).table(type->fields(), false));
    check_all(*op);
    if (const auto inverse = op->reverse()) check_all(*inverse);
  });
}
