// waxwing init: makes a project in a folder.
#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/templates.hpp"

namespace cli {

namespace {

namespace fs = std::filesystem;

base::Exit run(Context& context) {
  const std::string name = context.arguments.has("template") ? context.arguments.value("template") : "generic";
  const Template* kind = find_template(name);
  if (!kind)
    throw base::Error(base::code::usage, fmt::format("there is no template \"{}\"", name))
        .advise("waxwing list_templates");
  const fs::path folder = fs::path(context.directory()) / context.argument(0);
  const std::string shown = folder.lexically_normal().string();
  const fs::path config = folder / "waxwing.lua";
  const fs::path migrations = folder / "migrations";
  std::error_code ignored;
  if (fs::exists(config, ignored))
    throw base::Error(base::code::file_exists, fmt::format("{} is there already", config.lexically_normal().string()))
        .because("this folder is a project")
        .state("nothing was written");
  if (fs::exists(migrations, ignored) && !fs::is_empty(migrations, ignored))
    throw base::Error(base::code::file_exists, fmt::format("{} is not empty", migrations.lexically_normal().string()))
        .because("a new project starts with an empty migrations folder")
        .advise("waxwing init another/folder")
        .state("nothing was written");
  std::error_code failure;
  fs::create_directories(migrations, failure);
  if (failure)
    throw base::Error(base::code::cannot_write_file, "cannot make " + migrations.string()).because(failure.message());
  std::vector<std::string> written;
  const auto write = [&](const fs::path& path, const std::string& text) {
    base::write_file(path.string(), text);
    written.push_back(path.lexically_normal().string());
  };
  write(config, config_text(*kind));
  if (std::string(kind->extension) == "sql")
    write(migrations / "_template.sql",
          "-- revision: ${revision}\n-- revises: ${revises}\n-- message: ${message}\n\n-- waxwing: up\n\n-- waxwing: "
          "down\n");
  if (!fs::exists(folder / ".gitignore", ignored)) write(folder / ".gitignore", ".waxwing/\n.env\n");
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["written"] = written;
    context.console.json(json);
    return base::Exit::done;
  }
  for (const std::string& path : written) context.console.result("wrote " + path);
  const std::string change_folder = shown == "." ? "" : "cd " + shown + " && ";
  context.console.result(
      fmt::format("\nnext: {}waxwing revision -m \"create the first table\"\n"
                  "      then: waxwing upgrade head --env dev     (dev is a PostgreSQL of the project's own)",
                  change_folder));
  return base::Exit::done;
}

}  // namespace

extern const Command init_command;
const Command init_command{"init", "[DIR]", "Make a project: waxwing.lua and a migrations folder.",
                           0,      1,       {{"-t,--template", "NAME", "generic (Lua) or sql; see list_templates."}},
                           run};

}  // namespace cli
