// Names and fills a new migration file.
#include "cli/new_revision.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"

namespace cli {

namespace fs = std::filesystem;

const revisions::Graph& read_graph_or_empty(migrate::Project& project) {
  static const revisions::Graph empty({});
  try {
    return project.graph();
  } catch (const base::Error& error) {
    if (error.code() != base::code::no_migrations) throw;
    return empty;
  }
}

void write_revision(Context& context, const revisions::Graph& graph, NewRevision revision) {
  migrate::Project& project = context.project();
  if (revision.id.empty()) revision.id = base::random_hex(12);
  if (const revisions::Revision* taken = graph.find(revision.id))
    throw base::Error(base::code::duplicate_revision, fmt::format("revision {} exists already", revision.id))
        .at(taken->path);
  if (revision.id.find('/') != std::string::npos || revision.id.find('\0') != std::string::npos)
    throw base::Error(base::code::usage, "a revision id becomes part of a file name, so it cannot hold \"/\"");
  revision.created = base::local_timestamp(base::clock().now());
  const std::string template_path =
      project.config().has("template") ? project.absolute(project.config().text("template")) : "";
  std::string extension = context.arguments.has("sql") || template_path.ends_with(".sql") ? "sql" : "lua";
  const std::string text = template_path.ends_with("." + extension)
                               ? fill_template(base::read_text_file(template_path, template_path), extension, revision)
                               : migration_text(extension, revision);
  const auto limit = static_cast<std::size_t>(project.config().integer("slug_length"));
  const fs::path path = fs::path(project.migrations_folder()) /
                        fmt::format("{}_{}.{}", revision.id, base::slug(revision.message, limit), extension);
  if (fs::exists(path)) throw base::Error(base::code::file_exists, path.string() + " is there already");
  fs::create_directories(path.parent_path());
  base::write_file(path.string(), text);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["revision"] = revision.id;
    json["revises"] = revision.revises;
    json["path"] = project.shown(path.string());
    context.console.json(json);
  } else {
    context.console.result("wrote " + project.shown(path.string()));
  }
}

}  // namespace cli
