// Reads a line, runs it in its transaction, shows what it gave; and goes on whatever happens.
#include "cli/prompt/prompt.hpp"

#include <fmt/format.h>

#include <csignal>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/value_json.hpp"
#include "base/version.hpp"
#include "cli/describe_output.hpp"
#include "cli/output.hpp"
#include "cli/prompt/completion.hpp"
#include "cli/prompt/history.hpp"
#include "cli/prompt/line_editor.hpp"
#include "cli/prompt/sql_line.hpp"
#include "cli/result_table.hpp"
#include "cli/table_list.hpp"
#include "cli/text_table.hpp"
#include "migrate/remedies.hpp"
#include "migrate/script_session.hpp"
#include "postgres/sql_text.hpp"
#include "script/console_script.hpp"

namespace cli {

using base::Error;
using script::ConsoleScript;
namespace code = base::code;

namespace {

constexpr std::size_t most_rows_shown = 1000;

constexpr const char* command_list =
    "  \\d [NAME]   describe a table; without a name, list them    \\timing   say how long each line took\n"
    "  \\dt         list tables and views                          \\q        leave, as Ctrl-D does\n"
    "  \\sql TEXT   SQL without a semicolon                        begin() commit() rollback()\n"
    "  \\x          each row as a block, or as a table again\n";

class Prompt {
 public:
  Prompt(Context& context, bool writes)
      : context_(context),
        console_(context.console),
        project_(context.project()),
        writes_(writes),
        script_(project_.surroundings(), {[this] { begin(); }, [this] { commit(); }, [this] { roll_back(); }}) {
    // A cancel may take its time; a second Ctrl-C ends the program as everywhere.
    std::signal(SIGALRM, SIG_IGN);
    connect();
    editor_ = open_line_editor([this](const std::string& before) { return complete_at(before); });
  }

  base::Exit loop() {
    const bool is_terminal = editor_->is_terminal();
    if (is_terminal) {
      for (const std::string& entry : history_.read()) editor_->remember(entry);
      console_.result(fmt::format("waxwing {} on {} (PostgreSQL {}), {}. \\? for help, \\q to leave", base::version(),
                                  name_, connection_->parameter_status("server_version"),
                                  writes_ ? "writing" : "read-only"));
    }
    for (std::string text;;) {
      std::fflush(stdout);
      const Line line = editor_->read(text.empty() ? prompt() : continuation());
      if (line.kind == Line::Kind::interrupted) {
        go_on_after_signal();
        text.clear();
        continue;
      }
      if (line.kind == Line::Kind::end) {
        // Its syntax error is told.
        if (!base::trim(text).empty() && !is_terminal) run_line(text);
        break;
      }
      text += (text.empty() ? "" : "\n") + line.text;
      if (base::trim(text).empty()) {
        text.clear();
        continue;
      }
      if (wants_more(text)) continue;
      if (is_terminal) {
        editor_->remember(text);
        history_.append(text);
      }
      if (!run_line(text)) break;
      text.clear();
    }
    if (is_explicit_) {
      console_.warn("console", "the open transaction was rolled back");
      roll_back();
    }
    return is_terminal ? base::Exit::done : status_;
  }

 private:
  void connect() {
    session_.reset();
    connection_ = project_.connect(migrate::Purpose::check);
    session_ = std::make_unique<migrate::ScriptSession>(*connection_, writes_, project_.config());
    name_ = connection_->query("SELECT pg_catalog.current_database()").text(0, 0);
    is_explicit_ = has_savepoint_ = false;
    has_names_ = false;
  }

  /// "production/shop write*>".
  std::string prompt() const {
    const std::string& environment = project_.config().environment();
    return fmt::format("{}{}{}{}> ", environment.empty() ? "" : environment + "/", name_, writes_ ? " write" : "",
                       !session_      ? "?"
                       : is_explicit_ ? "*"
                                      : "");
  }

  std::string continuation() const {
    const std::size_t width = base::display_width(prompt());
    return std::string(width > 5 ? width - 5 : 0, ' ') + "...> ";
  }

  /// SIGINT at a terminal is for the line; what ends programs ends this one.
  void go_on_after_signal() const {
    if (base::interrupt_signal() != SIGINT || !editor_->is_terminal()) base::throw_if_interrupted();
    base::set_interrupt_signal(0);
  }

  // Transactions --------------------------------------------------------------------------------------------------

  void begin() {
    if (is_explicit_)
      throw Error(code::usage, "a transaction is open already").advise("commit() or rollback() ends it");
    session_->open();
    is_explicit_ = true;
  }
  void commit() {
    if (!is_explicit_) throw Error(code::usage, "there is no transaction to commit").advise("begin() opens one");
    is_explicit_ = has_savepoint_ = false;
    session_->commit();
  }
  void roll_back() {
    is_explicit_ = has_savepoint_ = false;
    if (session_) session_->roll_back();
  }

  /// A line of its own is a transaction; in an open one it can be undone alone.
  template <class Work>
  void in_transaction(Work work) {
    if (!session_) reconnect();
    if (is_explicit_) {
      session_->begin_savepoint();
      has_savepoint_ = true;
    }
    work();
    if (std::exchange(has_savepoint_, false)) session_->release_savepoint();
    if (!is_explicit_) session_->commit();
  }

  void undo_line(Error& error) {
    if (!connection_ || !connection_->is_alive()) return;
    const bool has_savepoint = std::exchange(has_savepoint_, false);
    try {
      if (is_explicit_ && has_savepoint && session_->is_open()) {
        session_->undo_savepoint();
        if (error.state().empty()) error.state("this line is undone; the transaction is still open");
        return;
      }
      session_->roll_back();
      if (error.state().empty())
        error.state(is_explicit_ ? "the transaction is rolled back"
                    : writes_    ? "what the line did not commit is rolled back"
                                 : "nothing was changed");
    } catch (const Error&) {
      session_->roll_back();
    }
    is_explicit_ = false;
  }

  void reconnect() {
    connect();
    console_.info("console", "connected again; what was not committed is gone");
  }

  // Lines ----------------------------------------------------------------------------------------------------------

  enum class Kind { command, sql, lua };

  Kind kind_of(const std::string& text) {
    if (base::trim(text).starts_with("\\")) return Kind::command;
    if (sql_word(text).empty()) return Kind::lua;
    // `table = x` and the like: what Lua understands and no semicolon ends is Lua.
    const bool is_lua = transaction_word(text).empty() && !base::trim(text).ends_with(';') &&
                        script_.syntax_of(text) == ConsoleScript::Syntax::good;
    return is_lua ? Kind::lua : Kind::sql;
  }

  bool wants_more(const std::string& text) {
    switch (kind_of(text)) {
      case Kind::command: return false;
      case Kind::sql: return transaction_word(text).empty() && !is_finished_sql(text);
      case Kind::lua: return script_.syntax_of(text) == ConsoleScript::Syntax::unfinished;
    }
    return false;
  }

  /// False to leave.
  bool run_line(const std::string& text) {
    const std::string command = text.substr(0, text.find_first_of(" \t\n"));
    if (command == "\\q" || command == "\\quit") return false;
    const base::Stopwatch stopwatch;
    try {
      const Kind kind = kind_of(text);
      if (kind == Kind::command)
        run_command(std::string(base::trim(text)));
      else if (kind == Kind::sql)
        run_sql(text);
      else
        run_lua(text);
    } catch (Error& error) {
      show(error);
    }
    show_notices();
    if (is_timing_) console_.result(fmt::format("time: {}", base::human_duration(stopwatch.milliseconds())));
    return true;
  }

  void show(Error& error) {
    const bool was_interrupted = base::interrupt_signal() != 0;
    if (was_interrupted) go_on_after_signal();
    undo_line(error);
    if (auto* sql = dynamic_cast<postgres::SqlError*>(&error)) {
      if (sql->diagnostics().sqlstate == "25006")
        error.advise("waxwing console --write");
      else
        advise_about(*sql);
    }
    console_.error(error);
    status_ = error.code().exit;
    if (error.code() != code::connection_lost && (!connection_ || connection_->is_alive())) return;
    session_.reset();
    is_explicit_ = has_savepoint_ = false;
    try {
      reconnect();
    } catch (const Error& lost) {
      console_.warn("console", fmt::format("{}; the next line tries again", lost.what()));
    }
  }

  void advise_about(postgres::SqlError& error) {
    try {
      migrate::advise(error, connection_ && connection_->transaction_status() == postgres::TransactionStatus::idle
                                 ? connection_.get()
                                 : nullptr);
    } catch (const Error&) {
      // The server's own words must do.
    }
  }

  void show_notices() {
    if (!session_ || !connection_->is_alive()) return;
    for (const postgres::Notice& notice : session_->take_notices())
      console_.info("server", base::lower(notice.severity) + ": " + notice.message);
  }

  void run_command(const std::string& text) {
    const std::size_t blank = text.find_first_of(" \t\n");
    const std::string name = text.substr(0, blank);
    const std::string rest(base::trim(blank == std::string::npos ? "" : text.substr(blank)));
    if (name == "\\sql") return run_sql(rest);
    if (name == "\\timing") {
      is_timing_ = !is_timing_;
      return console_.result(is_timing_ ? "timing is on" : "timing is off");
    }
    if (name == "\\x") {
      is_expanded_ = !is_expanded_;
      return console_.result(is_expanded_ ? "each row is a block of its own" : "rows are a table");
    }
    if (name == "\\?" || name == "\\h" || name == "\\help") return console_.raw(command_list);
    if (name == "\\dt" || (name == "\\d" && rest.empty()))
      return in_transaction([&] { print_table_list(console_, read_table_list(*session_)); });
    if (name == "\\d") return in_transaction([&] { print_description(console_, schema::describe(*session_, rest)); });
    throw Error(code::bad_console_command,
                fmt::format("there is no {}{}", name, base::did_you_mean_suffix(name, prompt_commands())))
        .because("there are " + base::join(prompt_commands(), " "));
  }

  void run_lua(const std::string& text) {
    std::vector<script::ShownValue> values;
    in_transaction([&] { values = script_.evaluate(text, *session_); });
    forget_names();
    if (context_.json()) {
      nlohmann::ordered_json json = document();
      json["values"] = nlohmann::ordered_json::array();
      for (const script::ShownValue& value : values) json["values"].push_back(base::to_json(value.value));
      return console_.json(json);
    }
    for (const script::ShownValue& value : values) print(value);
  }

  void print(const script::ShownValue& value) {
    if (!value.rows) return console_.result(value.text);
    TextTable table;
    for (std::size_t i = 0; i < value.rows->columns.size(); ++i)
      table.columns.push_back({value.rows->columns[i], value.rows->is_number[i]});
    const std::size_t count = value.rows->rows.size();
    for (std::size_t i = 0; i < std::min(count, most_rows_shown); ++i) {
      std::vector<std::string>& line = table.rows.emplace_back();
      for (const auto& cell : value.rows->rows[i]) line.push_back(cell.value_or("NULL"));
    }
    for (const std::string& line : table.lines()) console_.result(line);
    const std::string rows = base::count_of(static_cast<long long>(count), "row");
    console_.result(count >= most_rows_shown
                        ? fmt::format("({} or more; the first {} are shown)", rows, most_rows_shown)
                        : fmt::format("({})", rows));
  }

  void run_sql(const std::string& text) {
    const std::string word = transaction_word(text);
    if (!word.empty()) {
      if (!session_) reconnect();
      word == "begin" ? begin() : word == "commit" ? commit() : roll_back();
      return;
    }
    in_transaction([&] {
      for (const postgres::Statement& statement : postgres::split_statements(text)) run_statement(statement.text);
    });
    forget_names();
  }

  void run_statement(std::string_view sql) {
    const postgres::StatementClass kind = postgres::classify(sql);
    if (kind.breaks_transaction)
      throw Error(code::transaction_in_script, fmt::format("the console keeps transactions itself"))
          .advise("begin() commit() rollback(), or begin; commit; rollback; in a line of their own");
    const bool is_alone = kind.needs_no_transaction && !is_explicit_;
    if (is_alone) session_->begin_autocommit();
    postgres::Result result;
    try {
      result = session_->query(sql);
    } catch (const Error&) {
      if (is_alone) session_->end_autocommit();
      throw;
    }
    if (is_alone) session_->end_autocommit();
    if (context_.json()) {
      nlohmann::ordered_json json = document();
      json["tag"] = result.command_tag();
      add_rows(json, result);
      console_.json(json);
    } else if (result.columns() > 0) {
      print_rows(console_, result, "NULL", most_rows_shown, is_expanded_);
    } else {
      console_.result(result.command_tag());
    }
  }

  // Completion ------------------------------------------------------------------------------------------------------

  /// A line may have made tables.
  void forget_names() { has_names_ = has_names_ && !writes_; }

  Completions complete_at(const std::string& before) {
    if (!has_names_ && session_ && connection_->is_alive()) {
      tables_ = read_table_names(*connection_);
      has_names_ = true;
    }
    return complete(before, tables_, [this](const std::string& table) { return script_.names_in(table); });
  }

  Context& context_;
  base::Console& console_;
  migrate::Project& project_;
  const bool writes_;
  ConsoleScript script_;
  std::unique_ptr<postgres::Connection> connection_;
  std::unique_ptr<migrate::ScriptSession> session_;
  std::unique_ptr<LineEditor> editor_;
  const HistoryFile history_;
  std::string name_;
  /// Was begin() said; is the line at work in a savepoint of such a transaction?
  bool is_explicit_ = false, has_savepoint_ = false;
  bool is_timing_ = false, is_expanded_ = false, has_names_ = false;
  TableNames tables_;
  base::Exit status_ = base::Exit::done;
};

}  // namespace

base::Exit run_prompt(Context& context, bool writes) { return Prompt(context, writes).loop(); }

}  // namespace cli
