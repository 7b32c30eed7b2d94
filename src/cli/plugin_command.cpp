// Words that are no command of ours are looked for among the plugins of the project.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "migrate/hook_session.hpp"
#include "script/plugin.hpp"

namespace cli {

using base::Error;
namespace code = base::code;

namespace {

struct Found {
  script::Plugin* plugin = nullptr;
  const script::PluginPart* command = nullptr;
};

Found find(const std::vector<script::Plugin*>& plugins, const std::string& name) {
  for (script::Plugin* plugin : plugins)
    for (const script::PluginPart& command : plugin->info().commands)
      if (command.name == name) return {plugin, &command};
  return {};
}

Error unknown(const std::string& name, const std::vector<script::Plugin*>& plugins) {
  std::vector<std::string> names;
  for (const Command* each : all_commands()) names.emplace_back(each->name);
  for (const script::Plugin* plugin : plugins)
    for (const script::PluginPart& command : plugin->info().commands) names.push_back(command.name);
  return Error(code::usage, fmt::format("unknown command \"{}\"{}", name, base::did_you_mean_suffix(name, names)))
      .advise("waxwing help");
}

/// The database, connected to by the first statement: not every command wants one.
class LazySession final : public postgres::Session {
 public:
  LazySession(Context& context, const script::Plugin& plugin) : context_(context), plugin_(plugin) {}

  postgres::Result query(std::string_view sql, const postgres::Parameters& parameters = {}) override {
    return session().query(sql, parameters);
  }
  std::vector<postgres::ResultColumn> describe(std::string_view sql) override { return session().describe(sql); }
  std::uint64_t copy_out(std::string_view sql, const postgres::CopySink& take) override {
    return session().copy_out(sql, take);
  }
  postgres::Result run_unit(std::string_view statement,
                            const std::function<postgres::Result(postgres::Session&)>& work) override {
    return session().run_unit(statement, work);
  }
  bool is_live() const override { return true; }
  postgres::TransactionStatus transaction_status() const override {
    return session_ ? session_->transaction_status() : postgres::TransactionStatus::idle;
  }
  int server_version() const override { return session().server_version(); }
  std::vector<postgres::Notice> take_notices() override { return session().take_notices(); }
  void keep() {
    if (session_) session_->keep();
  }

 private:
  migrate::HookSession& session() const {
    if (!session_) {
      connection_ = context_.project().connect(migrate::Purpose::check);
      session_ = std::make_unique<migrate::HookSession>(*connection_, plugin_);
    }
    return *session_;
  }

  Context& context_;
  const script::Plugin& plugin_;
  mutable std::unique_ptr<postgres::Connection> connection_;
  mutable std::unique_ptr<migrate::HookSession> session_;
};

}  // namespace

base::Exit run_plugin_command(Context& context, const std::string& name) {
  if (migrate::find_project_folder(context.directory()).empty()) throw unknown(name, {});
  const auto& plugins = context.project().plugins();
  const Found found = find(plugins, name);
  if (!found.command) throw unknown(name, plugins);
  if (context.arguments.has("help")) {
    context.console.raw(fmt::format("usage: waxwing {} {}\n\n{} (plugin {})\n", name, found.command->usage,
                                    found.command->summary, found.plugin->info().name));
    return base::Exit::done;
  }
  LazySession session(context, *found.plugin);
  const int status = found.plugin->run_command(name, context.arguments.positional, &session);
  session.keep();
  return static_cast<base::Exit>(status);
}

}  // namespace cli
