// Files of NAME=value lines (.env).
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace base {

/// Reads NAME=value lines: `export` in front, comments, 'single quotes' as they are, "double quotes" with \n \t \"
/// \\ \$, both over several lines; without quotes a value ends before " #". `${NAME}` and `${NAME:-default}` are
/// replaced from the lines above and then the environment, and left as they are where nothing is known (a bare $ is an
/// ordinary character). The last of two equal names wins. Values of names such as DB_PASSWORD are registered as
/// secrets. Throws code::bad_config with file and line for other lines.
std::map<std::string, std::string> parse_dotenv(std::string_view text, const std::string& path);

}  // namespace base
