// The sections of a run-book, one function each.
#include "migrate/run_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "migrate/backup_policy.hpp"
#include "migrate/foresight.hpp"
#include "migrate/impact.hpp"
#include "migrate/remedies.hpp"
#include "migrate/rollback_plan.hpp"
#include "migrate/runner.hpp"
#include "postgres/read_only.hpp"
#include "revisions/ledger.hpp"
#include "revisions/target.hpp"
#include "revisions/warnings.hpp"

namespace migrate {

namespace {

using Kind = RunBookBlock::Kind;

std::string text_of(const base::Value* value) {
  const std::string* text = value ? value->get_if<std::string>() : nullptr;
  return text ? std::string(base::trim(*text)) : std::string();
}

/// A text, or the texts of a list.
std::vector<std::string> texts_of(const base::Value* value) {
  std::vector<std::string> texts;
  if (const std::string one = text_of(value); !one.empty()) texts.push_back(one);
  if (const base::List* list = value ? value->get_if<base::List>() : nullptr)
    for (const base::Value& each : *list)
      if (const std::string one = text_of(&each); !one.empty()) texts.push_back(one);
  return texts;
}

/// The SQLSTATE of rows that do not meet a demand, and the demand in words.
std::pair<const char*, std::string> told(const postgres::RowDemand& demand) {
  const std::string columns = demand.columns.empty() ? "" : " (" + base::join(demand.columns, ", ") + ")";
  const std::string subject = demand.table.name + columns;
  using K = postgres::RowDemand::Kind;
  switch (demand.kind) {
    case K::unique: return {"23505", fmt::format("no two rows of {} are alike", subject)};
    case K::foreign_key:
      return {"23503", fmt::format("every row of {} leads to a row of {}", subject, demand.target.name)};
    case K::check: return {"23514", fmt::format("no row of {} breaks {}", demand.table.name, demand.expression)};
    case K::not_null: return {"23502", fmt::format("no NULL in {}", subject)};
    case K::type: return {"42804", fmt::format("every value of {} fits {}", subject, demand.expression)};
    case K::empty:
      return {"23502", fmt::format("{} has no rows, since a column without a default comes", demand.table.name)};
    case K::validate: return {"23514", fmt::format("the rows of {} fit {}", demand.table.name, demand.name)};
  }
  return {"", ""};
}

class Writer {
 public:
  Writer(Project& project, const revisions::Revision& revision, postgres::Connection& connection)
      : project_(project), revision_(revision), connection_(connection), migration_(project.open(revision)) {
    applied_ = revisions::applied_ids(revisions::Ledger(project.config().text("ledger_schema")).read(connection));
    book_.is_applied = std::find(applied_.begin(), applied_.end(), revision.id) != applied_.end();
    if (!book_.is_applied) pending_ = revisions::plan_upgrade(project.graph(), applied_, revision.id);
    impact_ = find_impact(project, revision, connection);
    foresee_demands();
  }

  RunBook write() {
    book_.revision = revision_.id;
    book_.title = text_of(metadata("title"));
    if (book_.title.empty()) book_.title = revision_.message.empty() ? revision_.id : revision_.message;
    book_.steps = run_book_steps(project_, revision_);
    const RollbackPlan rollback = make_rollback_plan(project_, revision_, connection_, {true});
    overview();
    warnings();
    changes();
    checklist(rollback);
    commands();
    way_back(rollback);
    troubleshooting();
    success(rollback);
    afterwards();
    contacts();
    return std::move(book_);
  }

 private:
  const base::Value* metadata(const char* key) const { return migration_->metadata().find(key); }
  const base::Value* guide(const char* key) const { return migration_->guide().find(key); }

  void section(std::string title) { book_.sections.push_back({std::move(title), {}}); }
  void put(Kind kind, std::string text) { book_.sections.back().blocks.push_back({kind, std::move(text)}); }

  void foresee_demands() {
    if (pending_.empty()) return;
    const postgres::ReadOnlyTransaction transaction(connection_);
    Foresight foresight(connection_);
    for (const revisions::Step& step : pending_) {
      const std::size_t before = foresight.demands().size();
      const bool is_known = foresee(project_, step, connection_, foresight);
      if (step.revision == &revision_ || step.revision->id == revision_.id)
        demands_.assign(foresight.demands().begin() + static_cast<std::ptrdiff_t>(before), foresight.demands().end());
      if (!is_known) break;
    }
  }

  void overview() {
    section("Overview");
    put(Kind::item, fmt::format("Revision: {} ({})", revision_.id, revision_.path));
    for (const char* key : {"story", "tickets", "author", "date"})
      if (const std::vector<std::string> texts = texts_of(metadata(key)); !texts.empty())
        put(Kind::item, fmt::format("{}{}: {}", static_cast<char>(*key - 'a' + 'A'), key + 1, base::join(texts, ", ")));
    put(Kind::item,
        fmt::format("Database: {}, at {}", read_identity(connection_).shown(), position(project_.graph(), applied_)));
    if (book_.is_applied) put(Kind::item, "It is applied to this database already.");
    if (pending_.size() > 1) {
      std::vector<std::string> ids;
      for (const revisions::Step& step : pending_)
        if (step.revision->id != revision_.id) ids.push_back(step.revision->id);
      put(Kind::item, "Pending before it, and applied with it: " + base::join(ids, ", "));
    }
    if (const std::string text = text_of(metadata("description")); !text.empty()) put(Kind::text, text);
    if (const std::string text = text_of(guide("before")); !text.empty()) put(Kind::text, "Before: " + text);
    if (const std::string text = text_of(guide("after")); !text.empty()) put(Kind::text, "After: " + text);
  }

  void warnings() {
    section("Warnings");
    for (const std::string& line : revisions::critical_warnings(revision_)) put(Kind::item, line);
    for (const TouchedTable& table : impact_.tables) {
      const std::string rows = table.exists ? fmt::format(" ({})", base::count_of(table.rows, "row")) : "";
      if (table.is_dropped) put(Kind::item, fmt::format("DROPPED: table {}{}", table.name, rows));
      if (!table.dropped_columns.empty())
        put(Kind::item, fmt::format("DROPPED: {} of {}{}", base::join(table.dropped_columns, ", "), table.name, rows));
      if (table.is_rewritten)
        put(Kind::item, fmt::format("REWRITTEN: {}{} is locked for everybody meanwhile", table.name, rows));
    }
    if (!revision_.transactional)
      put(Kind::item,
          "NO TRANSACTION: when it stops half-way, `waxwing status` tells where, and upgrade goes on there.");
    if (book_.sections.back().blocks.empty()) put(Kind::text, "None that its file or its statements give rise to.");
  }

  void changes() {
    section("What it changes");
    for (const TouchedTable& table : impact_.tables) {
      const std::string size = table.exists
                                   ? fmt::format(" ({}, {})", base::count_of(table.rows, "row"),
                                                 base::human_size(static_cast<unsigned long long>(table.bytes)))
                                   : "";
      put(Kind::item, fmt::format("{}{}: {}", table.name, size, base::join(change_words(table), "; ")));
    }
    if (!impact_.dropped_others.empty()) put(Kind::item, "Drops " + base::join(impact_.dropped_others, ", "));
    for (const std::string& each : impact_.unread) put(Kind::item, "What this does cannot be seen beforehand: " + each);
    if (book_.is_applied)
      put(Kind::text, "This is what it would change now, after it has run.");
    else if (!impact_.stopped.empty())
      put(Kind::text, "Known only up to " + impact_.stopped);
    if (book_.sections.back().blocks.empty()) put(Kind::text, "It changes no table.");
  }

  void checklist(const RollbackPlan& rollback) {
    section("Checklist");
    const std::vector<std::string> reasons = backup_demands(project_, pending_);
    put(Kind::task, reasons.empty() ? "Backup made (none is required; it is the only way back to deleted rows)"
                                    : "Backup made, upgrade refuses without: " + base::join(reasons, "; "));
    if (rollback.backup)
      put(Kind::text, fmt::format("The newest one there is: {}, {}{}", rollback.backup->path, rollback.backup->time,
                                  rollback.backup->is_proved ? ", proved" : ", not proved"));
    put(Kind::task, "Nobody else works on the tables: waxwing sessions");
    if (revision_.downtime || revision_.breaking) put(Kind::task, "The application is stopped, its users know");
    if (revision_.breaking) put(Kind::task, "The code that fits the new schema is ready to be started");
    std::size_t looked_at = demands_.size();
    for (const script::CheckInfo& check : migration_->preflight())
      // It counts, and nothing can be wrong with it.
      if (check.kind != "statistics") ++looked_at, put(Kind::task, check.doing);
    for (const ForeseenDemand& each : demands_)
      put(Kind::task, told(each.demand).second + (each.doubt.empty() ? "" : fmt::format(" ({})", each.doubt)));
    if (looked_at > 0)
      put(Kind::text, looked_at == 1 ? fmt::format("`waxwing preflight {}` looks at the last of these.", revision_.id)
                                     : fmt::format("`waxwing preflight {}` looks at the last {} of these.",
                                                   revision_.id, looked_at));
  }

  void commands() {
    section("Commands");
    put(Kind::text, fmt::format("`waxwing run-book {} --execute` does these one after the other, in the folder of "
                                "waxwing.lua.",
                                revision_.id));
    for (std::size_t i = 0; i < book_.steps.size(); ++i) {
      put(Kind::heading, fmt::format("{}. {}", i + 1, book_.steps[i].name));
      put(Kind::command, book_.steps[i].command);
    }
  }

  void way_back(const RollbackPlan& rollback) {
    section("Rollback");
    put(Kind::text,
        rollback.is_reversible ? "It can be undone by a downgrade." : "It cannot be undone: the way back is a backup.");
    put(Kind::text, "A migration that fails is rolled back by itself: look at `waxwing current` first.");
    for (std::size_t i = 0; i < rollback.steps.size(); ++i) {
      const RollbackStep& step = rollback.steps[i];
      put(Kind::heading, fmt::format("{}. {}", i + 1, step.title));
      for (const std::string& command : step.commands) put(Kind::command, command);
      if (!step.remark.empty()) put(Kind::text, step.remark);
    }
  }

  /// What can go wrong with this migration: what it demands of rows, drops and waits for.
  void troubleshooting() {
    section("Troubleshooting");
    std::vector<std::string> states;
    const auto add = [&](const char* state) {
      if (std::find(states.begin(), states.end(), state) == states.end()) states.emplace_back(state);
    };
    for (const ForeseenDemand& each : demands_) add(told(each.demand).first);
    for (const TouchedTable& table : impact_.tables) {
      if (table.is_dropped || !table.dropped_columns.empty()) add("2BP01");
      if (!table.retyped_columns.empty()) add("42804");
      if (table.is_rewritten) add("53100");
    }
    if (!impact_.tables.empty())
      for (const char* state : {"55P03", "40P01", "42501"}) add(state);
    std::sort(states.begin(), states.end());
    for (const std::string& state : states) {
      const Remedy* remedy = find_remedy(state);
      if (!remedy || !*remedy->general) continue;
      put(Kind::heading, base::replace_all(remedy->condition, "_", " ") + " (" + state + ")");
      put(Kind::text, base::replace_all(remedy->general, "    ", " "));
    }
    put(Kind::heading, "Anything else");
    put(Kind::text,
        "waxwing doctor looks at everything around the database, waxwing status tells what is half done, "
        "waxwing explain CODE explains an error.");
  }

  void success(const RollbackPlan& rollback) {
    section("Success criteria");
    put(Kind::task, fmt::format("Every step has ended well, and waxwing current says {}", revision_.id));
    for (const script::CheckInfo& check : migration_->verify()) put(Kind::task, check.doing + " (waxwing verify)");
    if (const base::Value* criteria = guide("success_criteria"))
      if (const base::List* list = criteria->get_if<base::List>())
        for (const base::Value& each : *list) {
          const std::string sql = text_of(each.find("sql"));
          put(Kind::task, each.get_if<std::string>() ? text_of(&each) : text_of(each.find("text")));
          if (!sql.empty()) put(Kind::command, sql);
        }
    for (const auto& [table, rows] : rollback.counts) {
      const auto goes = std::find_if(impact_.tables.begin(), impact_.tables.end(), [&, name = table](const auto& each) {
        return each.name == name && each.is_dropped;
      });
      if (!book_.is_applied && goes == impact_.tables.end())
        put(Kind::task,
            fmt::format("{} has its {}, or the migration says why not", table, base::count_of(rows, "row")));
    }
  }

  void afterwards() {
    section("Afterwards");
    if (const base::Value* steps = guide("next_steps"))
      if (const base::List* list = steps->get_if<base::List>())
        for (const base::Value& each : *list) {
          if (each.get_if<std::string>()) {
            put(Kind::task, text_of(&each));
            continue;
          }
          const std::string priority = text_of(each.find("priority"));
          put(Kind::heading, text_of(each.find("title")) + (priority.empty() ? "" : " (" + priority + ")"));
          for (const std::string& item : texts_of(each.find("items"))) put(Kind::task, item);
        }
    if (const base::Value* snippets = guide("snippets"))
      if (const base::List* list = snippets->get_if<base::List>())
        for (const base::Value& each : *list) {
          put(Kind::heading, text_of(each.find("title")));
          for (const char* key : {"old", "new"})
            if (const std::string code = text_of(each.find(key)); !code.empty()) {
              put(Kind::text, *key == 'o' ? "Old:" : "New:");
              put(Kind::command, code);
            }
        }
    if (const std::vector<std::string> items = texts_of(guide("monitoring")); !items.empty()) {
      put(Kind::heading, "Watch");
      for (const std::string& item : items) put(Kind::item, item);
    }
    if (const std::string text = text_of(guide("conclusion")); !text.empty()) put(Kind::text, text);
    if (book_.sections.back().blocks.empty()) book_.sections.pop_back();
  }

  void contacts() {
    section("Contacts");
    for (const base::Value* value : {metadata("contacts"), guide("contacts")})
      for (const std::string& text : texts_of(value)) put(Kind::item, text);
    for (const std::string& text : project_.config().list("contacts")) put(Kind::item, text);
    if (const std::string author = text_of(metadata("author")); !author.empty()) put(Kind::item, author + " (author)");
    if (book_.sections.back().blocks.empty())
      put(Kind::text,
          fmt::format("Nobody is named: contacts = {{ ... }} in the header of {} names them.", revision_.path));
  }

  Project& project_;
  const revisions::Revision& revision_;
  postgres::Connection& connection_;
  std::unique_ptr<script::Migration> migration_;
  revisions::Applied applied_;
  std::vector<revisions::Step> pending_;
  Impact impact_;
  std::vector<ForeseenDemand> demands_;
  RunBook book_;
};

}  // namespace

RunBook make_run_book(Project& project, const revisions::Revision& revision, postgres::Connection& connection) {
  return Writer(project, revision, connection).write();
}

}  // namespace migrate
