// Finds a project, reads its settings, and opens what they name.
#include "migrate/project.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <new>

#include "base/dotenv.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/secrets.hpp"
#include "migrate/plugins.hpp"
#include "postgres/private_cluster.hpp"
#include "revisions/folder.hpp"

namespace migrate {

using base::Error;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

constexpr const char* config_name = "waxwing.lua";

std::string environment_name(const ProjectOptions& options) {
  if (!options.environment.empty()) return options.environment;
  const char* variable = std::getenv("WAXWING_ENV");
  return variable ? variable : "";
}

}  // namespace

std::string find_project_folder(const std::string& directory) {
  std::error_code error;
  // A folder that cannot be looked into is passed over.
  const auto is_out_of_memory = [&error] { return error == std::errc::not_enough_memory; };
  for (fs::path at = fs::weakly_canonical(directory, error);; at = at.parent_path()) {
    if (!is_out_of_memory() && fs::exists(at / config_name, error)) return at.string();
    if (is_out_of_memory()) throw std::bad_alloc();
    if (!at.has_relative_path()) return {};
  }
}

Project::Project(ProjectOptions options, base::Console& console) : options_(std::move(options)), console_(&console) {
  folder_ = find_project_folder(options_.directory);
  if (folder_.empty())
    throw Error(code::no_config, "no waxwing.lua here or above")
        .because("looked in " + fs::absolute(options_.directory).lexically_normal().string() +
                 " and every folder above it")
        .advise("waxwing init .    makes a project here;    -C DIR    names one elsewhere");
  const std::string dotenv_path = folder_ + "/.env";
  if (base::file_exists(dotenv_path)) dotenv_ = base::parse_dotenv(base::read_text_file(dotenv_path, ".env"), ".env");
  const std::string path = folder_ + "/" + config_name;
  const script::Surroundings reach = [this] {
    script::Surroundings s;
    s.console = console_;
    s.environment = [this](const std::string& variable) { return environment_variable(variable); };
    s.project_folder = folder_;
    return s;
  }();
  const std::string text = base::read_text_file(path, config_name);
  // An error in the file may quote it, and so may its other environments' URLs be seen.
  base::register_secrets_in(text);
  const base::Value table = script::evaluate_config(text, config_name, reach);
  config_ = std::make_unique<Config>(table, config_name, environment_name(options_), options_.flags);
  if (config_->has("log_file")) console_->append_log_to(absolute(config_->text("log_file")));
}

Project::~Project() = default;

std::string Project::name() const { return fs::path(folder_).filename().string(); }

std::string Project::absolute(const std::string& path) const {
  return fs::path(path).is_absolute() ? path : (fs::path(folder_) / path).lexically_normal().string();
}

std::string Project::shown(const std::string& path) const {
  const fs::path relative = fs::path(path).lexically_relative(folder_);
  return relative.empty() || relative.native().starts_with("..") ? path : relative.string();
}

std::string Project::migrations_folder() const { return absolute(config_->text("migrations")); }

std::optional<std::string> Project::environment_variable(const std::string& variable) const {
  const char* value = std::getenv(variable.c_str());
  const auto found = dotenv_.find(variable);
  if (!value && found == dotenv_.end()) return std::nullopt;
  std::string text = value ? value : found->second;
  if (base::is_secret_name(variable)) base::register_secret(text);
  base::register_secrets_in(text);
  return text;
}

script::Surroundings Project::surroundings(script::Watcher* watcher) const {
  script::Surroundings s;
  s.console = console_;
  s.x_arguments = options_.x_arguments;
  s.environment = [this](const std::string& variable) { return environment_variable(variable); };
  s.module_folders = config_->list("modules");
  if (s.module_folders.empty()) s.module_folders = {config_->text("migrations") + "/lib"};
  for (std::string& each : s.module_folders) each = absolute(each);
  s.project_folder = folder_;
  s.memory_limit_mb = static_cast<std::size_t>(config_->integer("memory_limit_mb"));
  s.jit = config_->boolean("jit");
  s.watcher = watcher;
  s.allowed = config_->list("allow");
  s.how_to_allow = "allow = {{ \"{}\" }} in waxwing.lua";
  s.plugins = [this]() -> const std::vector<script::Plugin*>& { return plugins(); };
  return s;
}

const std::vector<script::Plugin*>& Project::plugins() const {
  if (has_loaded_plugins_) return plugins_;
  std::vector<std::unique_ptr<script::Plugin>> loaded;
  for (const PluginEntry& entry : plugin_entries(*config_)) try {
      loaded.push_back(load_plugin(*this, find_plugin(*this, entry.name), entry));
    } catch (base::Error& error) {
      if (error.state().empty()) error.state("nothing was changed");
      throw;
    }
  for (const auto& each : loaded) plugins_.push_back(each.get());
  loaded_plugins_ = std::move(loaded);
  has_loaded_plugins_ = true;
  return plugins_;
}

const revisions::Graph& Project::graph() {
  if (!graph_) {
    const auto evaluate = [this](const std::string& text, const std::string& path) {
      return script::evaluate_header(text, path, surroundings());
    };
    graph_ = std::make_unique<revisions::Graph>(
        revisions::read_folder(migrations_folder(), config_->text("migrations"), evaluate));
  }
  return *graph_;
}

std::unique_ptr<script::Migration> Project::open(const revisions::Revision& revision, script::Watcher* watcher) const {
  return script::open_migration(absolute(revision.path), revision.path, surroundings(watcher));
}

std::unique_ptr<script::Migration> Project::open_for_sql(const revisions::Revision& revision,
                                                         script::Watcher& watcher) const {
  script::Surroundings silent = surroundings(&watcher);
  silent.console = nullptr;
  silent.only_for_sql = true;
  return script::open_migration(absolute(revision.path), revision.path, silent);
}

std::string Project::url_text(std::string& source) const {
  const Setting& setting = (*config_)["url"];
  if (!setting.value.is_nil()) {
    source = setting.source;
    if (source == config_->file() || source.starts_with(config_->file() + ","))
      if (const auto found = environment_variable("DATABASE_URL"); found && *found == config_->text("url"))
        source = std::getenv("DATABASE_URL") ? "DATABASE_URL" : "DATABASE_URL in .env";
    return config_->text("url");
  }
  if (const auto value = environment_variable("DATABASE_URL")) {
    source = std::getenv("DATABASE_URL") ? "DATABASE_URL" : "DATABASE_URL in .env";
    return *value;
  }
  for (const char* variable : {"PGSERVICE", "PGDATABASE", "PGHOST"})
    if (const char* value = std::getenv(variable); value && *value) {
      source = "the PG* variables";
      return "application_name=waxwing";
    }
  throw Error(code::no_url, "no database is configured")
      .at(config_->file())
      .because("neither --url nor url in waxwing.lua nor DATABASE_URL is set")
      .advise(
          "export DATABASE_URL=postgres://user@host:5432/name, or try with a PostgreSQL of the project's own: --url "
          "private");
}

bool Project::is_private() const {
  std::string source;
  return url_text(source) == "private";
}

postgres::Url Project::url() const {
  std::string source;
  const std::string text = url_text(source);
  if (text != "private") return postgres::Url::parse(text, source);
  if (config_->environment() == "production")
    throw Error(code::private_refused, "a private PostgreSQL is not for production")
        .at(source)
        .because("the environment is called production, and `private` is a throw-away server on this machine")
        .advise("set url of the environment production to a real server");
  const postgres::PrivateCluster cluster = postgres::PrivateCluster::start(folder_);
  console_->info("private", fmt::format("using the project's own PostgreSQL, database \"{}\" ({})", name(), source));
  return cluster.url(name());
}

std::unique_ptr<postgres::Connection> Project::connect_again(const postgres::Url& url) const {
  postgres::ConnectOptions options;
  options.for_migration = options.runs_scripts = false;
  return postgres::Connection::open(url, options);
}

std::unique_ptr<postgres::Connection> Project::connect(Purpose purpose) const {
  postgres::ConnectOptions options;
  options.search_path = config_->text("search_path");
  options.wait = options_.wait;
  options.for_migration = purpose == Purpose::migrate;
  options.runs_scripts = purpose != Purpose::look;
  return postgres::Connection::open(url(), options);
}

}  // namespace migrate
