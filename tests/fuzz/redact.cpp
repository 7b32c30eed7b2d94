// The redactor. An input is lines of secrets, an empty line, and a text; `$1` in the text stands for the first secret.
#include <nlohmann/json.hpp>
#include <vector>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "support/input.hpp"

namespace {

constexpr std::string_view mask = "***";

/// A secret made of the mask's stars can come about by masking.
bool is_checked(const std::string& secret) {
  return secret.size() >= 8 && secret.find('*') == std::string::npos && !base::is_everyday_word(secret);
}

/// Every character that belongs to an occurrence of a secret is gone: what is left are the pieces between.
std::string without_secrets(const std::string& text, const std::vector<std::string>& secrets) {
  std::vector<bool> covered(text.size());
  for (const std::string& secret : secrets)
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 1))
      std::fill_n(covered.begin() + static_cast<std::ptrdiff_t>(at), secret.size(), true);
  std::string left;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!covered[i]) left += text[i];
  return left;
}

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  std::vector<std::string> secrets;
  bool all_checked = true;
  for (std::string_view line = input.line(); !line.empty() && secrets.size() < 8; line = input.line()) {
    secrets.emplace_back(line);
    base::register_secret(line);
    all_checked = all_checked && is_checked(secrets.back()) && base::written_forms(line).size() == 1;
  }
  std::string text(input.rest());
  for (std::size_t i = 0; i < secrets.size(); ++i)
    text = base::replace_all(std::move(text), "$" + std::to_string(i + 1), secrets[i]);
  const std::string redacted = base::redact(text);
  for (const std::string& secret : secrets)
    if (is_checked(secret)) fuzz::require(redacted.find(secret) == std::string::npos, "no secret is left", redacted);
  if (all_checked && text.find('*') == std::string::npos && text.find("...") == std::string::npos &&
      text.find("\u2026") == std::string::npos)
    fuzz::require(base::replace_all(redacted, mask, "") == without_secrets(text, secrets),
                  "secrets are replaced as a whole, and nothing else is", redacted);

  if (!base::is_valid_utf8(text)) return;
  nlohmann::ordered_json document = {{text, nlohmann::json::array({text, 1})}};
  base::redact(document);
  for (const auto& [key, value] : document.items())
    for (const std::string& secret : secrets)
      if (is_checked(secret))
        fuzz::require(key.find(secret) == std::string::npos &&
                          value[0].get_ref<const std::string&>().find(secret) == std::string::npos,
                      "no secret is left in JSON",
                      value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}
