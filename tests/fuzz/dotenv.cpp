// .env files: accepted or refused with a line that exists.
#include "base/dotenv.hpp"

#include "base/secrets.hpp"
#include "support/input.hpp"

FUZZ_TARGET(fuzz::Input input) {
  try {
    for (const auto& [name, value] : base::parse_dotenv(input.rest(), ".env")) {
      fuzz::require(!name.empty() && name.find_first_of("=\n") == std::string::npos, "a name is a name", name);
      const bool told = value.size() >= 8 && value.find('*') == std::string::npos && !base::is_everyday_word(value) &&
                        base::is_secret_name(name);
      fuzz::require(!told || base::redact(value).find(value) == std::string::npos, "secret values are registered",
                    name);
    }
  } catch (const base::Error& error) {
    fuzz::require(error.code() == base::code::bad_config, "what is refused is a bad file", base::render(error));
    fuzz::require(!error.places().empty() && error.places().front().starts_with(".env:"), "the line is named");
  }
}
