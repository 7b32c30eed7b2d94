// waxwing private: the project's own PostgreSQL.
#include "postgres/private_cluster.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

using postgres::PrivateCluster;

void print_status(Context& context, const std::string& folder) {
  const postgres::ClusterStatus status = PrivateCluster::status(folder);
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["exists"] = status.exists;
    json["running"] = status.running;
    json["directory"] = status.directory;
    json["version"] = status.version;
    json["pid"] = status.pid;
    context.console.json(json);
    return;
  }
  if (!status.exists)
    context.console.result("this project has no PostgreSQL of its own yet; waxwing private start");
  else if (status.running)
    context.console.result(
        fmt::format("PostgreSQL {} is running (pid {}) in {}", status.version, status.pid, status.directory));
  else
    context.console.result(
        fmt::format("PostgreSQL {} is stopped; its data is in {}", status.version, status.directory));
}

base::Exit run(Context& context) {
  const std::string verb = context.argument(0);
  migrate::Project& project = context.project();
  const std::string& folder = project.folder();
  if (verb == "start") {
    PrivateCluster::start(folder);
    print_status(context, folder);
  } else if (verb == "status") {
    print_status(context, folder);
  } else if (verb == "stop") {
    const bool was_running = PrivateCluster::stop(folder);
    if (context.json())
      print_status(context, folder);
    else
      context.console.result(was_running ? "stopped" : "it was not running");
  } else if (verb == "url") {
    const std::string url = PrivateCluster::start(folder).url(project.name()).masked();
    if (context.json()) {
      nlohmann::ordered_json json = document();
      json["url"] = url;
      context.console.json(json);
    } else {
      context.console.result(url);
    }
  } else if (verb == "destroy") {
    if (PrivateCluster::status(folder).exists) {
      confirm_by_name(context.console, project.name(), context.arguments.value("yes"),
                      fmt::format("discarding the private PostgreSQL of {} with all its data", folder));
      PrivateCluster::destroy(folder);
    }
    if (context.json())
      print_status(context, folder);
    else
      context.console.result("destroyed");
  } else {
    throw base::Error(base::code::usage,
                      "unknown word \"" + verb + "\"" +
                          base::did_you_mean_suffix(verb, {"start", "stop", "status", "url", "destroy"}))
        .because("usage: waxwing private start | stop | status | url | destroy");
  }
  return base::Exit::done;
}

}  // namespace

extern const Command private_cluster_command;
const Command private_cluster_command{
    "private",
    "start | stop | status | url | destroy",
    "Manage the project's own PostgreSQL.",
    1,
    1,
    {{"--yes", "NAME", "For destroy: the name of the project's database."}},
    run,
    "It is used where the configuration says url = \"private\", or with --url private; it can be reached from\n"
    "this machine and this user only, and is tuned for trying things out: do not keep data in it."};

}  // namespace cli
