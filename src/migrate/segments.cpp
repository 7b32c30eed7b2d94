// Runs the script against a session that only records.
#include "migrate/segments.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "migrate/step_script.hpp"
#include "postgres/recording.hpp"

namespace migrate {

std::vector<std::string> statements_outside(const Project& project, const revisions::Step& step) {
  // Running every script of a long plan would be slow, and hardly any leaves its transaction.
  const std::string text = base::lower(base::read_file(project.absolute(step.revision->path)));
  if (!step.revision->transactional ||
      (text.find("concurrently") == std::string::npos && text.find("autocommit") == std::string::npos))
    return {};
  constexpr std::string_view begin = "BEGIN", commit = "COMMIT;\n";
  std::vector<std::string> outside;
  bool is_outside = false;
  postgres::RecordingSession session(
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

}  // namespace migrate
