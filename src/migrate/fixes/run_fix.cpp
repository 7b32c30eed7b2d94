// A fix file: its parameters, what it needs, its checks; then the protocol.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "migrate/fixes/fix_attempts.hpp"
#include "migrate/fixes/fix_run.hpp"
#include "migrate/fixes/fix_session.hpp"
#include "migrate/preflight.hpp"
#include "migrate/typed_values.hpp"
#include "postgres/quote.hpp"
#include "postgres/sql_error.hpp"
#include "schema/relation.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;

namespace {

struct ReadParameters {
  /// The one row that the script gets.
  postgres::Result values;
  /// For the ledger: secrets are masked.
  std::string json;
};

std::string listed(const std::vector<script::FixParameter>& parameters) {
  std::vector<std::string> names;
  for (const script::FixParameter& each : parameters) names.push_back(each.name);
  return names.empty() ? "the fix has no parameters" : "the fix has " + base::join(names, ", ");
}

ReadParameters read_parameters(postgres::Session& session, const script::FixHeader& header,
                               const GivenParameters& given, const std::string& path) {
  std::vector<std::string> names, columns;
  for (const script::FixParameter& each : header.parameters) names.push_back(each.name);
  for (const auto& [name, value] : given)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Error(code::bad_fix_parameter,
                  fmt::format("unknown parameter \"{}\"{}", name, base::did_you_mean_suffix(name, names)))
          .at(path)
          .because(listed(header.parameters));
  std::vector<GivenValue> values;
  for (const script::FixParameter& each : header.parameters) {
    std::optional<std::string> text = each.fallback;
    if (const auto found = given.find(each.name); found != given.end()) text = found->second;
    if (!text && each.is_required)
      throw Error(code::bad_fix_parameter, fmt::format("the fix needs --param {}=...", each.name))
          .at(path)
          .because(each.doc.empty() ? "its type is " + each.type : each.doc + " (" + each.type + ")");
    if (each.is_secret && text) base::register_secret(*text);
    values.push_back({each.name, each.type, text});
  }
  TypedValues typed = read_values(session, values, [&](std::size_t at, const postgres::SqlError& error) {
    return Error(code::bad_fix_parameter, fmt::format("parameter \"{}\" is no {}", values[at].name, values[at].type))
        .at(path)
        .because(error.diagnostics().message);
  });
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < values.size(); ++i)
    json[values[i].name] = !typed.texts[i]                  ? nlohmann::ordered_json(nullptr)
                           : header.parameters[i].is_secret ? nlohmann::ordered_json("***")
                                                            : nlohmann::ordered_json(*typed.texts[i]);
  return {std::move(typed.row), json.dump()};
}

void refuse_wrong_revision(const script::FixHeader& header, LockedDatabase& database, const std::string& path) {
  if (header.needs_revision.empty()) return;
  const revisions::Applied applied = database.applied();
  if (std::any_of(applied.begin(), applied.end(),
                  [&](const std::string& id) { return id.starts_with(header.needs_revision); }))
    return;
  throw Error(code::fix_wrong_revision, fmt::format("the fix needs revision {}", header.needs_revision))
      .at(path)
      .because(applied.empty() ? "the database has no revision" : "the database has " + base::join(applied, ", "))
      .advise("waxwing upgrade " + header.needs_revision)
      .state("nothing was changed");
}

std::vector<CapturedTable> tables_of(const script::FixHeader& header, postgres::Connection& connection) {
  std::vector<std::string> oids;
  for (const std::string& name : header.touches) oids.push_back(schema::find_relation(connection, name).oid);
  std::map<std::string, std::vector<std::string>> identify_by;
  for (const auto& [name, columns] : header.identify_by)
    identify_by[schema::find_relation(connection, name).oid] = columns;
  return read_captured_tables(connection, oids, identify_by);
}

/// What is asked before there is a plan. Nothing when an earlier run did the same.
std::optional<FixRow> prepare(LockedDatabase& database, script::Fix& fix, const std::string& shown,
                              const FixOptions& options, ReadParameters& parameters) {
  const script::FixHeader& header = fix.fix();
  refuse_wrong_revision(header, database, shown);
  std::optional<FixRow> earlier;
  database.with_reconnect([&] {
    parameters = read_parameters(database.connection(), header, options.parameters, shown);
    earlier = FixLedger(database.ledger().schema()).find_same(database.connection(), header.name, parameters.json);
  });
  if (earlier && options.commits && !options.again) return earlier;
  fix.set_parameters(parameters.values);
  return std::nullopt;
}

}  // namespace

FixResult run_fix(Project& project, LockedDatabase& database, const std::string& path, const FixOptions& options,
                  base::Console& console) {
  RunObservers observers;
  if (options.commits) observers = observers_of(project, console);
  const std::string shown = project.shown(project.absolute(path));
  const std::unique_ptr<script::Fix> fix =
      script::open_fix(project.absolute(path), shown, project.surroundings(options.commits ? &observers : nullptr));
  const script::FixHeader& header = fix->fix();
  FixResult result;
  const FixLedger ledger(database.ledger().schema());
  ReadParameters parameters;
  try {
    result.earlier = prepare(database, *fix, shown, options, parameters);
  } catch (const Error& error) {
    record_refusal(database, start_of(shown, header.name, header.reason, header.ticket, options.commits), error,
                   console);
    throw;
  }
  if (result.earlier) {
    result.was_edited = result.earlier->checksum != fix->checksum();
    return result;
  }

  const std::vector<revisions::Step> steps = {{&fix->header(), revisions::Direction::up}};
  if (options.commits)
    database.with_reconnect([&] {
      if (ledger.exists(database.connection()))
        ledger.remove_old_rows(database.connection(), project.config().integer("fix_retention_days"));
    });

  FixPlan plan;
  plan.preflight = [&](const AfterCheck& after_check) {
    PreflightOptions preflight;
    preflight.automatic = false;
    preflight.all_checks = true;
    preflight.after_check = after_check;
    preflight.noun = "FIX";
    database.with_reconnect([&] { run_preflight(project, *fix, steps, 0, database.connection(), console, preflight); });
  };
  plan.row.run = base::random_uuid();
  plan.row.name = header.name;
  plan.row.path = shown;
  plan.row.reason = header.reason;
  plan.row.ticket = header.ticket;
  plan.row.parameters = parameters.json;
  plan.row.checksum = fix->checksum();
  plan.row.source = fix->source();
  plan.command = "fix";
  plan.migration = fix.get();
  plan.timeouts = timeouts_of(project, *fix);
  plan.least_rows = header.least_rows;
  plan.most_rows = header.most_rows;
  plan.commits = options.commits;
  plan.observers = options.commits ? &observers : nullptr;
  plan.tables = [&](postgres::Connection& connection) { return tables_of(header, connection); };
  plan.prepare = [&](postgres::Connection&, const std::vector<CapturedTable>& tables) {
    // Of what keys change along it is asked when rows of it were changed.
    for (const CapturedTable& table : tables)
      for (const std::string& name : header.touches)
        if (table.identity.empty() && (name == table.name || name == table.shown()))
          throw Error(code::fix_cannot_capture, fmt::format("{} has no primary key", table.shown()))
              .at(shown)
              .because("so its rows could not be told apart by an undo")
              .advise(fmt::format("identify_by = {{ [\"{}\"] = {{ \"column\", ... }} }} in the fix, with columns that "
                                  "are unique together",
                                  table.shown()));
  };
  plan.effect = [&](postgres::Connection& connection, const std::vector<CapturedTable>& tables,
                    std::vector<std::string>& lasting) {
    FixSession session(connection, tables, header.most_rows);
    fix->upgrade(session);
    lasting.assign(session.lasting().begin(), session.lasting().end());
    return session.statements();
  };
  result.outcome = run_in_capture(database, plan, console);
  return result;
}

}  // namespace migrate
