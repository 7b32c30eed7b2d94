// The list of codes and the two ways an error is shown.
#include "base/error.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/secrets.hpp"
#include "base/text.hpp"

namespace base {

namespace code {
#define WAX(number, name, exit, title, explanation) \
  const ErrorCode name{"WAX-" #number, Exit::exit, title, explanation};
#include "base/error_codes.def"
#undef WAX
}  // namespace code

const std::vector<const ErrorCode*>& all_error_codes() {
  static const std::vector<const ErrorCode*> all = {
#define WAX(number, name, exit, title, explanation) &code::name,
#include "base/error_codes.def"
#undef WAX
  };
  return all;
}

const ErrorCode* find_error_code(std::string_view id) {
  std::string wanted = upper(id);
  if (!wanted.starts_with("WAX-")) wanted = "WAX-" + wanted;
  for (const ErrorCode* each : all_error_codes())
    if (each->id == wanted) return each;
  return nullptr;
}

namespace {

constexpr std::size_t code_column = 80;

/// Lines after the first are set under the first.
void append_labelled(std::string& out, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  std::string_view lead = label;
  for (const std::string& line : split(redact(text), '\n')) {
    out += pad_right("  " + std::string(lead), 11) + line;
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
    lead = "";
  }
}

}  // namespace

std::string render(const Error& error) {
  const std::vector<std::string> headline = split("waxwing: " + redact(error.what()), '\n');
  std::string out = headline.front();
  const std::size_t width = display_width(out);
  const std::size_t id_width = std::string_view(error.code().id).size();
  out += std::string(width + 2 + id_width <= code_column ? code_column - id_width - width : 2, ' ');
  out += std::string(error.code().id) + "\n";
  for (std::size_t i = 1; i < headline.size(); ++i) out += "  " + headline[i] + "\n";
  for (const std::string& place : error.places()) out += "  at " + redact(place) + "\n";
  append_labelled(out, "because", error.cause());
  append_labelled(out, "try", error.advice());
  append_labelled(out, "state", error.state());
  return out;
}

nlohmann::ordered_json to_json(const Error& error) {
  nlohmann::ordered_json body = {{"code", error.code().id},
                                 {"what", error.what()},
                                 {"at", error.places()},
                                 {"because", error.cause()},
                                 {"try", error.advice()},
                                 {"state", error.state()},
                                 {"exit", static_cast<int>(error.code().exit)}};
  redact(body);
  return {{"schema_version", 1}, {"error", std::move(body)}};
}

}  // namespace base
