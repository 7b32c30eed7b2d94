// Runs the script against a session that only records.
#include "migrate/segments.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "migrate/step_script.hpp"
#include "operations/key_foretold.hpp"
#include "postgres/batched_work.hpp"
#include "postgres/recording.hpp"

namespace migrate {

namespace {

/// Batched work is named by what it does, not by the loop that it would be in a script.
class PlanSession final : public postgres::RecordingSession {
 public:
  PlanSession(std::vector<std::string>& outside, std::function<void(std::string_view)> write, std::string begin)
      : RecordingSession(std::move(write), std::move(begin)), outside_(outside) {}
  postgres::Result run_batches(postgres::BatchedWork& work) override {
    outside_.push_back(work.statement());
    return {};
  }

 private:
  std::vector<std::string>& outside_;
};

}  // namespace

std::vector<std::string> statements_outside(const Project& project, const revisions::Step& step) {
  // Running every script of a long plan would be slow, and hardly any leaves its transaction.
  const std::string text = base::lower(base::read_file(project.absolute(step.revision->path)));
  const auto has = [&text](const char* word) { return text.find(word) != std::string::npos; };
  if (!step.revision->transactional || !(has("concurrently") || has("autocommit") || has("backfill") || has("batches")))
    return {};
  constexpr std::string_view begin = "BEGIN", commit = "COMMIT;\n";
  std::vector<std::string> outside;
  bool is_outside = false;
  PlanSession session(
      outside,
      [&](std::string_view sql) {
        if (sql == commit)
          is_outside = true;
        else if (sql == begin)
          is_outside = false;
        else if (is_outside)
          outside.emplace_back(base::trim(sql.substr(0, sql.rfind(';'))));
      },
      std::string(begin));
  try {
    run_script(*project.open(*step.revision), step.direction, session);
  } catch (const base::Error&) {
    return {};
  }
  return outside;
}

namespace {

class KeyWatcher final : public script::Watcher {
 public:
  explicit KeyWatcher(postgres::Session& session) : session_(session) {}
  void before_operation(const operations::Operation& operation, const std::string&) override {
    try {
      for (std::string& each : operations::foretell_keys(operation, session_)) lines.push_back(std::move(each));
    } catch (const base::Error& error) {
      // What it would be refused for is what the reader of a plan wants to know.
      base::throw_if_interrupted();
      lines.push_back("would be refused: " + std::string(error.what()));
    }
  }

  std::vector<std::string> lines;

 private:
  postgres::Session& session_;
};

}  // namespace

std::vector<std::string> foretold_keys(const Project& project, const revisions::Step& step,
                                       postgres::Session& session) {
  const std::string text = base::read_file(project.absolute(step.revision->path));
  const auto has = [&text](const char* word) { return text.find(word) != std::string::npos; };
  if (!has("_primary_key") && !has("change_column_type") && !has("_column_change")) return {};
  KeyWatcher watcher(session);
  postgres::RecordingSession recorder([](std::string_view) {});
  try {
    run_script(*project.open_for_sql(*step.revision, watcher), step.direction, recorder);
  } catch (const base::Error&) {
    base::throw_if_interrupted();
  }
  return watcher.lines;
}

}  // namespace migrate
