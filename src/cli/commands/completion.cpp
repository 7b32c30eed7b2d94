// waxwing completion: a completion script for a shell, made from the list of commands.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace cli {

namespace {

std::vector<std::string> option_names(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options)
    for (const std::string& name : base::split(option.names, ',')) names.push_back(name);
  return names;
}

std::string command_names() {
  std::vector<std::string> names;
  for (const Command* command : all_commands()) names.emplace_back(command->name);
  return base::join(names, " ");
}

/// Commands whose arguments are revisions complete their ids.
constexpr const char* revision_commands = "upgrade downgrade show stamp edit plan preflight verify merge";

std::string bash_script() {
  std::string script =
      "# bash completion of waxwing: source <(waxwing completion bash)\n"
      "_waxwing() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" command=\"\" each options=\"\"\n"
      "  for each in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \"$each\" in -*) ;; *) command=\"$each\"; break ;; esac\n"
      "  done\n"
      "  case \"$command\" in\n";
  for (const Command* command : all_commands())
    script +=
        fmt::format("    {}) options=\"{}\" ;;\n", command->name, base::join(option_names(command->options), " "));
  script += fmt::format(
      "  esac\n"
      "  if [ -z \"$command\" ]; then\n"
      "    COMPREPLY=($(compgen -W \"{} {}\" -- \"$word\"))\n"
      "  elif [[ \"$word\" == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$options {}\" -- \"$word\"))\n"
      "  elif [[ \" {} \" == *\" $command \"* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"head heads base current $(waxwing history -q 2>/dev/null | sed -E 's/.* -> ([^ "
      ",]+).*/\\1/')\" -- \"$word\"))\n"
      "  elif [ \"$command\" = private ]; then\n"
      "    COMPREPLY=($(compgen -W \"start stop status url destroy\" -- \"$word\"))\n"
      "  elif [ \"$command\" = help ]; then\n"
      "    COMPREPLY=($(compgen -W \"op check targets config quick exit-codes {}\" -- \"$word\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o default -F _waxwing waxwing\n",
      command_names(), base::join(option_names(global_options()), " "), base::join(option_names(global_options()), " "),
      revision_commands, command_names());
  return script;
}

std::string zsh_script() {
  std::string script =
      "#compdef waxwing\n# zsh completion of waxwing: waxwing completion zsh > \"${fpath[1]}/_waxwing\"\n_waxwing() "
      "{\n  local -a commands\n  commands=(\n";
  for (const Command* command : all_commands())
    script += fmt::format("    '{}:{}'\n", command->name,
                          base::replace_all(base::replace_all(command->summary, "'", ""), ":", " "));
  script +=
      "  )\n"
      "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
      "  case \"$words[2]\" in\n";
  for (const Command* command : all_commands())
    script += fmt::format(
        "    {}) compadd -- {} ;;\n", command->name,
        base::join(option_names(command->options), " ") + " " + base::join(option_names(global_options()), " "));
  return script + fmt::format(
                      "  esac\n"
                      "  case \" {} \" in\n"
                      "    *\" $words[2] \"*) compadd -- head heads base current ${{(f)\"$(waxwing history -q "
                      "2>/dev/null | sed -E 's/.* -> ([^ ,]+).*/\\1/')\"}} ;;\n"
                      "  esac\n"
                      "}}\n"
                      "compdef _waxwing waxwing\n",
                      revision_commands);
}

std::string fish_script() {
  std::string script =
      "# fish completion of waxwing: waxwing completion fish > ~/.config/fish/completions/waxwing.fish\ncomplete -c "
      "waxwing -f\n";
  for (const Command* command : all_commands()) {
    script += fmt::format("complete -c waxwing -n __fish_use_subcommand -a {} -d '{}'\n", command->name,
                          base::replace_all(command->summary, "'", "\\'"));
    for (const Option& option : command->options)
      for (const std::string& name : base::split(option.names, ','))
        script += fmt::format("complete -c waxwing -n '__fish_seen_subcommand_from {}' {} {}{} -d '{}'\n",
                              command->name, name.starts_with("--") ? "-l" : "-s",
                              base::replace_all(name, "-", name.starts_with("--") ? "-" : ""),
                              option.value ? " -r" : "", base::replace_all(option.doc, "'", "\\'"));
  }
  script = base::replace_all(script, "-l --", "-l ");
  return script + fmt::format(
                      "complete -c waxwing -n '__fish_seen_subcommand_from {}' -a \"head heads base current (waxwing "
                      "history -q 2>/dev/null | sed -E "
                      "'s/.* -> ([^ ,]+).*/\\1/')\"\n",
                      revision_commands);
}

base::Exit run(Context& context) {
  const std::string shell = context.argument(0);
  std::string script;
  if (shell == "bash")
    script = bash_script();
  else if (shell == "zsh")
    script = zsh_script();
  else if (shell == "fish")
    script = fish_script();
  else
    throw base::Error(base::code::usage, "there is no completion for \"" + shell + "\"")
        .because("shells are bash, zsh, fish");
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["shell"] = shell;
    json["script"] = script;
    context.console.json(json);
  } else {
    context.console.raw(script);
  }
  return base::Exit::done;
}

}  // namespace

extern const Command completion_command;
const Command completion_command{"completion", "bash | zsh | fish", "Print a completion script for a shell.", 1, 1, {},
                                 run};

}  // namespace cli
