// Words that are no command of ours are looked for among the plugins of the project.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "migrate/hook_session.hpp"
#include "revisions/target.hpp"
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

/// The flags that a usage names, with whether each takes a value: "[--require] [--sign=ITEM]".
std::vector<std::pair<std::string, bool>> flags_of(const std::string& usage) {
  std::vector<std::pair<std::string, bool>> flags;
  for (std::size_t at = usage.find("--"); at != std::string::npos; at = usage.find("--", at + 2)) {
    const std::size_t end = std::min(usage.find_first_of("= ]|", at), usage.size());
    const bool takes_value = end + 1 < usage.size() && (usage[end] == '=' || std::isupper(usage[end + 1])) &&
                             usage[end] != ']' && usage[end] != '|';
    flags.emplace_back(usage.substr(at, end - at), takes_value);
  }
  return flags;
}

/// The words as the command gets them: "--sign ITEM" is "--sign=ITEM", and a word that the usage calls REV is a whole
/// revision id.
std::vector<std::string> read_words(Context& context, const std::string& name, const std::string& usage) {
  const auto flags = flags_of(usage);
  const auto refuse = [&](const std::string& why) {
    return Error(code::usage, why).advise(fmt::format("waxwing {} {}", name, usage));
  };
  std::vector<std::string> words;
  bool is_first = true;
  for (std::size_t i = 0; i < context.arguments.positional.size(); ++i) {
    std::string word = context.arguments.positional[i];
    if (!word.starts_with("--")) {
      if (std::exchange(is_first, false) && usage.starts_with("REV")) {
        const auto found = revisions::resolve_target(context.graph(), {}, word);
        if (found.size() == 1) word = found.front()->id;
      }
    } else if (!flags.empty()) {
      const std::string flag = word.substr(0, word.find('='));
      const auto known = std::find_if(flags.begin(), flags.end(), [&](const auto& each) { return each.first == flag; });
      std::vector<std::string> names;
      for (const auto& each : flags) names.push_back(each.first);
      if (known == flags.end())
        throw refuse(fmt::format("{} has no {}{}", name, flag, base::did_you_mean_suffix(flag, names)));
      if (known->second && flag == word) {
        if (++i == context.arguments.positional.size()) throw refuse(flag + " takes a value");
        word += "=" + context.arguments.positional[i];
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

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
  const std::vector<std::string> words = read_words(context, name, found.command->usage);
  LazySession session(context, *found.plugin);
  const int status = found.plugin->run_command(name, words, &session);
  session.keep();
  return static_cast<base::Exit>(status);
}

}  // namespace cli
