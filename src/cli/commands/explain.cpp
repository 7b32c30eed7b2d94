// waxwing explain: what an error code means.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "migrate/remedies.hpp"

namespace cli {

namespace {

nlohmann::ordered_json code_json(const base::ErrorCode& code) {
  return {{"code", code.id},
          {"title", code.title},
          {"explanation", code.explanation},
          {"exit", static_cast<int>(code.exit)}};
}

base::Exit explain_sqlstate(Context& context, const migrate::Remedy& remedy) {
  const std::string advice = *remedy.general ? remedy.general : "the failed statement's own error says more";
  if (context.json()) {
    nlohmann::ordered_json json = document();
    json["sqlstate"] = remedy.sqlstate;
    json["condition"] = remedy.condition;
    json["try"] = advice;
    context.console.json(json);
  }
  context.console.result(fmt::format("SQLSTATE {}  {}\n\n{}", remedy.sqlstate, remedy.condition, advice));
  return base::Exit::done;
}

base::Exit run(Context& context) {
  nlohmann::ordered_json json = document();
  if (context.arguments.positional.empty()) {
    json["codes"] = nlohmann::ordered_json::array();
    for (const base::ErrorCode* code : base::all_error_codes()) {
      json["codes"].push_back(code_json(*code));
      context.console.result(fmt::format("{}  {}", code->id, code->title));
    }
  } else {
    if (const migrate::Remedy* remedy = migrate::find_remedy(base::upper(context.argument(0))))
      return explain_sqlstate(context, *remedy);
    const base::ErrorCode* code = base::find_error_code(context.argument(0));
    if (!code)
      throw base::Error(base::code::usage, "there is no error code \"" + context.argument(0) + "\"")
          .advise("waxwing explain    lists all of them");
    json.update(code_json(*code));
    context.console.result(fmt::format("{}  {}\n\n{}\n\nExit status {}.", code->id, code->title, code->explanation,
                                       static_cast<int>(code->exit)));
  }
  if (context.json()) context.console.json(json);
  return base::Exit::done;
}

}  // namespace

extern const Command explain_command;
const Command explain_command{"explain",
                              "[WAX-nnnn | SQLSTATE]",
                              "Explain an error code of waxwing or PostgreSQL, or list those of waxwing.",
                              0,
                              1,
                              {},
                              run};

}  // namespace cli
