// Commands that are named to the user, with the environment that he named.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Who said `--env dev` has to say it again: "waxwing backup" becomes "waxwing --env dev backup" wherever a command is
/// named in `text`. As it is where `environment` is empty.
std::string with_environment(std::string_view text, const std::string& environment);

/// The value of --env among the words of a command line; empty when it is not there.
std::string said_environment(const std::vector<std::string>& words);

}  // namespace cli
