// A project on disk: waxwing.lua, the migrations beside it, and how its scripts and its database are reached.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/console.hpp"
#include "migrate/config.hpp"
#include "postgres/connection.hpp"
#include "revisions/graph.hpp"
#include "script/migration.hpp"

namespace migrate {

/// What the command line says about the project.
struct ProjectOptions {
  /// -C DIR; the search for waxwing.lua starts here.
  std::string directory = ".";
  /// --env NAME, or WAXWING_ENV.
  std::string environment;
  /// Settings given as flags, by key: {"url", "postgres://..."}.
  std::map<std::string, std::string> flags;
  /// -x key=value.
  std::map<std::string, std::string> x_arguments;
  std::chrono::milliseconds wait{0};
};

/// What a connection is made for.
enum class Purpose {
  look,     // own statements only
  check,    // statements of scripts that change nothing
  migrate,  // everything; a pooler or a standby is refused
};

class Project {
 public:
  /// Finds waxwing.lua upward from the directory and reads it. Throws code::no_config, code::bad_config,
  /// code::script_syntax.
  Project(ProjectOptions options, base::Console& console);
  ~Project();

  /// Absolute path of the folder that holds waxwing.lua.
  const std::string& folder() const { return folder_; }
  /// The folder's own name; the private database is called so.
  std::string name() const;
  const Config& config() const { return *config_; }
  std::string migrations_folder() const;
  /// A path as messages show it: relative to the project's folder.
  std::string shown(const std::string& path) const;
  std::string absolute(const std::string& path) const;

  /// The graph of the migrations folder, read once.
  const revisions::Graph& graph();
  std::unique_ptr<script::Migration> open(const revisions::Revision& revision,
                                          script::Watcher* watcher = nullptr) const;
  /// One that is run for its SQL only: it logs nothing, and starts and reads nothing beyond the database.
  std::unique_ptr<script::Migration> open_for_sql(const revisions::Revision& revision, script::Watcher& watcher) const;
  /// The plugins of waxwing.lua in their order, loaded on first use. Throws code::plugin_missing, code::bad_plugin,
  /// code::not_allowed.
  const std::vector<script::Plugin*>& plugins() const;
  script::Surroundings surroundings(script::Watcher* watcher = nullptr) const;

  /// The configured database. Starts the private cluster when it is the one. Throws code::no_url,
  /// code::private_refused.
  postgres::Url url() const;
  /// Does the configuration name the project's own PostgreSQL?
  bool is_private() const;
  /// A connection of its own to where another one already is, only to look.
  std::unique_ptr<postgres::Connection> connect_again(const postgres::Url& url) const;
  std::unique_ptr<postgres::Connection> connect(Purpose purpose = Purpose::migrate) const;
  /// "production" wants the database's name typed for commands that destroy.
  bool wants_typed_confirmation() const { return config_->text("confirm") == "typed"; }

 private:
  std::optional<std::string> environment_variable(const std::string& name) const;
  std::string url_text(std::string& source) const;

  ProjectOptions options_;
  base::Console* console_;
  std::string folder_;
  std::map<std::string, std::string> dotenv_;
  std::unique_ptr<Config> config_;
  std::unique_ptr<revisions::Graph> graph_;
  mutable std::vector<std::unique_ptr<script::Plugin>> loaded_plugins_;
  mutable std::vector<script::Plugin*> plugins_;
  mutable bool has_loaded_plugins_ = false;
};

/// The folder at or above `directory` that holds waxwing.lua; empty when there is none.
std::string find_project_folder(const std::string& directory);

}  // namespace migrate
