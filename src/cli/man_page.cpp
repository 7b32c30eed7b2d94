// Writes waxwing(1) in the man macros.
#include "cli/man_page.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/topics.hpp"

namespace cli {

namespace {

/// Dashes are minus signs in options; a line must not begin with a dot or a quote.
std::string roff(const std::string& text) {
  std::string escaped = base::replace_all(base::replace_all(text, "\\", "\\e"), "-", "\\-");
  escaped = base::replace_all(std::move(escaped), "\n.", "\n\\&.");
  return base::replace_all(std::move(escaped), "\n'", "\n\\&'");
}

std::string options(const std::vector<Option>& list) {
  std::string text;
  for (const Option& option : list)
    text += fmt::format(".TP\n.B {}{}\n{}\n", roff(base::replace_all(option.names, ",", ", ")),
                        option.value ? std::string(" ") + option.value : "", roff(option.doc));
  return text;
}

}  // namespace

std::string man_page() {
  std::string page = fmt::format(
      ".TH WAXWING 1 \"\" \"waxwing {}\" \"User Commands\"\n.SH NAME\nwaxwing \\- migrations for PostgreSQL, written "
      "in Lua or SQL\n"
      ".SH SYNOPSIS\n.B waxwing\n.I COMMAND\n[\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]\n.SH COMMANDS\n",
      base::version());
  for (const Command* command : all_commands()) {
    page += fmt::format(".SS {} {}\n{}\n", command->name, roff(command->usage), roff(command->summary));
    if (command->details) page += fmt::format(".PP\n{}\n", roff(command->details));
    page += options(command->options);
  }
  page += ".SH OPTIONS\nOptions of every command:\n" + options(global_options());
  for (const Topic& topic : all_topics())
    page += fmt::format(".SH {}\n.nf\n{}.fi\n", roff(base::upper(topic.name)), roff(topic.text));
  return page;
}

}  // namespace cli
