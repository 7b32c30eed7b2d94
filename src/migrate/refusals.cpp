// Plans without a way down, and files that are not what was applied.
#include "migrate/refusals.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace migrate {

using base::Error;
using revisions::Direction;
using revisions::Revision;
using revisions::Step;
namespace code = base::code;

void refuse_impossible(Project& project, const std::vector<Step>& steps,
                       const std::function<std::string(const Revision&)>& way_back) {
  for (const Step& step : steps) {
    if (step.direction == Direction::up) continue;
    if (step.revision->irreversible)
      throw Error(code::irreversible,
                  fmt::format("cannot downgrade {}: {}", step.revision->id, *step.revision->irreversible))
          .at(step.revision->path)
          .because(fmt::format("its author marked it irreversible (\"{}\")", step.revision->message))
          .advise(way_back ? way_back(*step.revision) : "restore the backup that was made before it")
          .state("nothing was changed");
    if (!project.open(*step.revision)->has_downgrade())
      throw Error(code::no_downgrade, fmt::format("cannot downgrade {}: it has no downgrade", step.revision->id))
          .at(step.revision->path)
          .advise("give it a downgrade, or say why there is none: m.downgrade = irreversible(\"...\")")
          .state("nothing was changed");
  }
}

void refuse_edited(Project& project, const std::vector<revisions::LedgerRow>& rows) {
  std::vector<std::string> edited;
  std::string first;
  for (const revisions::LedgerRow& row : rows) {
    if (row.checksum.empty()) continue;
    const Revision* revision = project.graph().find(row.revision);
    if (!revision) continue;
    const std::string text = base::read_file(project.absolute(revision->path));
    if (base::sha256_hex(base::normal_form(text)) == row.checksum) continue;
    if (edited.empty()) first = revision->id;
    edited.push_back(revision->path);
  }
  if (edited.empty()) return;
  throw Error(code::file_edited, fmt::format("{} edited after it was applied",
                                             edited.size() == 1 ? edited[0] + " was" : "migrations were"))
      .because(edited.size() == 1 ? "its text differs from the text in the ledger" : base::join(edited, "\n"))
      .advise(fmt::format("see what changed: waxwing show {} --applied | diff - {}\nput the file back, or write the "
                          "change as a new migration: waxwing revision -m \"...\"",
                          first, edited[0]))
      .state("nothing was changed");
}

}  // namespace migrate
