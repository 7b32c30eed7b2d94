// The schema at a landing is looked up by the set of applied revisions, so that any way there must lead to the same.
#include "migrate/stairway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/checks.hpp"
#include "migrate/runner.hpp"
#include "postgres/schema_dump.hpp"

namespace migrate {

using base::Error;
using revisions::Direction;
using revisions::Revision;
using revisions::Step;
using Result = StairwayCase::Result;
namespace code = base::code;

namespace {

using Schema = std::vector<std::string>;

/// Looks for objects that no extension brought.
void refuse_what_is_there(Project& project) {
  const std::string ledger = project.config().text("ledger_schema");
  const auto connection = project.connect(Purpose::look);
  const postgres::Result found = connection->query(
      "SELECT c.oid::pg_catalog.regclass::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
      "c.relnamespace WHERE n.nspname::text <> $1 AND n.nspname::text <> 'information_schema' AND n.nspname::text !~ "
      "'^pg_' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype::text = 'e') "
      "LIMIT 1",
      {{ledger}});
  const bool has_revisions = !revisions::Ledger(ledger).read(*connection).empty();
  if (found.empty() && !has_revisions) return;
  throw Error(code::not_empty, "the database is not empty")
      .at(connection->url().masked())
      .because(found.empty() ? "it has revisions applied" : "it has " + found.text(0, 0))
      .advise("name an empty scratch database with --url, or leave --url out")
      .state("nothing was changed");
}

class Stairway {
 public:
  Stairway(Project& project, base::Console& console, const std::function<void(const StairwayCase&)>& tell)
      : project_(project), console_(console), tell_(tell), connection_(project.connect(Purpose::check)) {
    schemas_[{}] = schema();
  }

  std::vector<StairwayCase> walk() {
    one_head();
    const std::vector<Step> up = revisions::plan_upgrade(project_.graph(), {}, "heads");
    for (const Step& step : up) climb(*step.revision);
    if (is_broken_) return std::move(cases_);
    all_the_way();
    verify();
    return std::move(cases_);
  }

 private:
  Schema schema() {
    return postgres::schema_statements(connection_->url(), project_.config().text("ledger_schema"),
                                       connection_->server_version() / 10000);
  }

  void report(StairwayCase done) {
    cases_.push_back(std::move(done));
    tell_(cases_.back());
  }

  /// Runs `action`, which returns what is wrong, as a case. Returns whether it threw nothing.
  bool attempt(std::string name, const std::string& path, const std::function<std::string()>& action) {
    StairwayCase done{std::move(name), path, Result::passed, "", 0};
    const base::Stopwatch stopwatch;
    bool has_run = true;
    try {
      done.text = action();
    } catch (const Error& error) {
      base::throw_if_interrupted();
      done.text = base::render(error);
      has_run = false;
    }
    if (!done.text.empty()) done.result = Result::failed;
    done.milliseconds = stopwatch.milliseconds();
    report(std::move(done));
    return has_run;
  }

  void skip(std::string name, const std::string& path, std::string why) {
    report({std::move(name), path, Result::skipped, std::move(why), 0});
  }

  /// Each run reads the ledger for itself, as a command does.
  void run(const std::vector<Step>& steps) {
    LockedDatabase database(project_, console_);
    run_steps(project_, database, steps, {steps.front().direction == Direction::up ? "upgrade" : "downgrade", "ci"},
              silent_);
    for (const Step& step : steps) {
      const std::string& id = step.revision->id;
      if (step.direction == Direction::up)
        applied_.insert(std::upper_bound(applied_.begin(), applied_.end(), id), id);
      else
        applied_.erase(std::find(applied_.begin(), applied_.end(), id));
    }
  }

  /// Compares with what was here before; the first to come here sets the measure.
  std::string compare() {
    const Schema now = schema();
    const auto [known, is_first] = schemas_.emplace(applied_, now);
    if (is_first) return {};
    const std::string difference = postgres::schema_difference(known->second, now);
    return difference.empty() ? "" : "the schema differs from what it was here before:\n" + difference;
  }

  void one_head() {
    attempt("one head", "", [&] {
      std::vector<std::string> ids;
      for (const Revision* head : project_.graph().heads()) ids.push_back(head->id);
      return ids.size() < 2 ? std::string()
                            : fmt::format("there are {} heads: {}\nwaxwing merge heads -m \"...\"", ids.size(),
                                          base::join(ids, ", "));
    });
  }

  /// Why a revision cannot be undone; empty when it can.
  std::string no_way_down(const Revision& revision) {
    if (revision.irreversible) return "irreversible: " + *revision.irreversible;
    return project_.open(revision)->has_downgrade() ? "" : "it has no downgrade";
  }

  void climb(const Revision& revision) {
    const std::string up = "upgrade " + revision.id, down = "downgrade " + revision.id;
    if (is_broken_) return skip(up, revision.path, "a revision before it failed");
    is_broken_ = !attempt(up, revision.path, [&] {
      run({{&revision, Direction::up}});
      return compare();
    });
    if (is_broken_) return;
    if (const std::string why = no_way_down(revision); !why.empty()) return skip(down, revision.path, why);
    const bool is_down = attempt(down, revision.path, [&] {
      run({{&revision, Direction::down}});
      return compare();
    });
    if (!is_down) return;
    is_broken_ = !attempt(up + " again", revision.path, [&] {
      run({{&revision, Direction::up}});
      return compare();
    });
  }

  void all_the_way() {
    std::vector<Step> steps;
    std::string why, last;
    for (const Step& step : revisions::plan_downgrade(project_.graph(), applied_, "base")) {
      why = no_way_down(*step.revision);
      last = step.revision->id;
      if (!why.empty()) break;
      steps.push_back(step);
    }
    const std::string name = why.empty() ? "all the way down" : "down to " + last;
    if (steps.empty()) return skip("all the way down", "", fmt::format("{} is in the way ({})", last, why));
    const bool is_down = attempt(name, "", [&] {
      run(steps);
      return compare();
    });
    if (!why.empty()) skip("all the way down", "", fmt::format("it ends at {} ({})", last, why));
    if (!is_down) return;
    attempt("all the way up again", "", [&] {
      run(revisions::plan_upgrade(project_.graph(), applied_, "heads"));
      return compare();
    });
  }

  void verify() {
    for (const Revision* head : revisions::current_heads(project_.graph(), applied_)) {
      if (project_.open(*head)->verify().empty()) continue;
      attempt("verify " + head->id, head->path, [&] {
        connection_->query("BEGIN READ ONLY");
        try {
          run_verify(*project_.open(*head), *connection_, silent_);
        } catch (const Error&) {
          connection_->query("ROLLBACK");
          throw;
        }
        connection_->query("ROLLBACK");
        return std::string();
      });
    }
  }

  Project& project_;
  base::Console& console_;
  const std::function<void(const StairwayCase&)>& tell_;
  /// For looking; it holds no lock.
  std::unique_ptr<postgres::Connection> connection_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere_{std::fopen("/dev/null", "w"), &std::fclose};
  /// What each run prints matters only when it fails, and then it is in the error.
  base::Console silent_{base::ConsoleOptions{}, nowhere_.get(), nowhere_.get()};
  std::map<revisions::Applied, Schema> schemas_;
  /// Sorted.
  revisions::Applied applied_;
  std::vector<StairwayCase> cases_;
  bool is_broken_ = false;
};

}  // namespace

std::vector<StairwayCase> walk_stairway(Project& project, base::Console& console,
                                        const std::function<void(const StairwayCase&)>& tell) {
  refuse_what_is_there(project);
  return Stairway(project, console, tell).walk();
}

}  // namespace migrate
